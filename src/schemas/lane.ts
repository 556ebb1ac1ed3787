import type { Done, Job } from './job.ts';
import type { SchemaThread } from './schema-thread.ts';

type Waiting = {
  job: Job;
  resolve(done: Done): void;
  reject(error: unknown): void;
};

/**
 * What waits for one thread. Each party has its jobs done in their order, and the parties take
 * turns: who brings many, or slow ones, keeps the others waiting for one of them.
 */
export class Lane {
  readonly #thread: SchemaThread;
  /** The first party has the next turn. */
  readonly #parties = new Map<string, Waiting[]>();
  #isBusy = false;

  constructor(thread: SchemaThread) {
    this.#thread = thread;
  }

  ask(party: string, job: Job): Promise<Done> {
    return new Promise((resolve, reject) => this.#add(party, [{ job, resolve, reject }]));
  }

  /** What a party has waiting here waits in another lane from now on. */
  move(party: string, to: Lane): void {
    const moved = this.#parties.get(party)?.splice(0) ?? [];
    if (moved.length > 0) to.#add(party, moved);
  }

  #add(party: string, jobs: Waiting[]): void {
    const waiting = this.#parties.get(party);
    if (waiting === undefined) this.#parties.set(party, jobs);
    else waiting.push(...jobs);
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let [turn] = this.#parties; turn !== undefined; [turn] = this.#parties) {
      const [party, waiting] = turn;
      const next = waiting.shift();
      if (next !== undefined) await this.#take(next);
      // It goes behind all that have come meanwhile.
      this.#parties.delete(party);
      if (waiting.length > 0) this.#parties.set(party, waiting);
    }
    this.#isBusy = false;
  }

  /** One at a time is with the thread: what that has already could not be overtaken. */
  async #take({ job, resolve, reject }: Waiting): Promise<void> {
    await this.#thread.ask(job).then(resolve, reject);
    // Who asked may move what waits behind it before the next one is begun.
    await Promise.resolve();
  }
}
