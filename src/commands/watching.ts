import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../process/command-error.ts';
import { StoppedEarly, unlessStopped } from '../process/stopping.ts';
import type { Operation } from '../operations/operation.ts';
import { count, Pace } from './progress.ts';
import type { Screen } from './screen.ts';

/** So long without a step, somebody should look whether a worker runs. */
const IDLE_S = 10;
/** So long who does not answer is asked again. */
const PATIENCE_S = 60;

type Watch = {
  operation: Operation;
  find: () => Promise<Operation>;
  /** Who is asked, in a sentence: `The database`. */
  source: string;
  screen: Screen;
  stopping: Promise<NodeJS.Signals>;
  lookMs: number;
  /** A clock in seconds that nobody sets. */
  now: () => number;
};

/**
 * Shows how far an operation is until it has ended, and how it ended. Who does not answer is
 * asked again for a minute.
 * @throws CommandError where it failed or was cancelled, or the process was told to stop: it goes
 * on then, and the error says how to watch or end it
 */
export async function watch(watch: Watch): Promise<void> {
  const { find, screen, stopping, lookMs } = watch;
  let last = watch.operation;
  try {
    const looks = new Looks(watch);
    while (isUnderWay(last)) {
      last = (await unlessStopped(stopping, looks.at(find))) ?? last;
      if (isUnderWay(last)) await unlessStopped(stopping, sleep(lookMs));
    }
  } catch (error) {
    if (!(error instanceof StoppedEarly)) throw error;
    throw new CommandError(`${error.message} ${goesOn(last)}`);
  } finally {
    screen.clear();
  }
  tellEnd(last, screen);
}

/** How to go on with an operation that is left to itself. */
export const goesOn = ({ kind, id }: Pick<Operation, 'kind' | 'id'>): string =>
  `The ${kind} goes on. To watch it: postmand operations watch ${id}. To end it: postmand operations cancel ${id}.`;

const isUnderWay = ({ state }: Pick<Operation, 'state'>): boolean =>
  state === 'queued' || state === 'running';

/** What was seen at each look, and what it means. */
class Looks {
  readonly #screen: Screen;
  readonly #source: string;
  readonly #now: () => number;
  readonly #pace = new Pace();
  #seen = '';
  #movedS: number;
  #answeredS: number;
  #isToldIdle = false;
  #isToldSilent = false;

  constructor({ screen, source, now }: Pick<Watch, 'screen' | 'source' | 'now'>) {
    this.#screen = screen;
    this.#source = source;
    this.#now = now;
    this.#movedS = this.#answeredS = now();
  }

  /** Undefined where the database did not answer. */
  async at(find: Watch['find']): Promise<Operation | undefined> {
    try {
      const found = await find();
      this.#answeredS = this.#now();
      this.#isToldSilent = false;
      this.#show(found);
      return found;
    } catch (error) {
      if (error instanceof CommandError || this.#now() - this.#answeredS > PATIENCE_S) throw error;
      if (!this.#isToldSilent)
        this.#screen.say(
          `${this.#source} does not answer (${messageOf(error)}). It is asked again for a minute.`,
        );
      this.#isToldSilent = true;
      return undefined;
    }
  }

  #show(found: Operation): void {
    const now = this.#now();
    const { state, matched, done, skipped } = found;
    const seen = [state, matched, done, skipped].join();
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#movedS = now;
      this.#isToldIdle = false;
    } else if (now - this.#movedS >= IDLE_S && !this.#isToldIdle && isUnderWay(found)) {
      this.#isToldIdle = true;
      this.#screen.say(`Nothing was done for ${IDLE_S} s. Is a worker running? One is needed.`);
    }
    if (isUnderWay(found)) this.#screen.show(found, this.#pace.perSecond(now, done + skipped), now);
  }
}

function tellEnd({ kind, state, done, skipped, error }: Operation, screen: Screen): void {
  const counts = `${count(done)} done, ${count(skipped)} skipped.`;
  if (state === 'done') screen.say(`The ${kind} is done: ${counts}`);
  else if (state === 'cancelled') throw new CommandError(`The ${kind} was cancelled: ${counts}`);
  else throw new CommandError(`The ${kind} failed: ${error ?? 'no reason is known'} (${counts})`);
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
