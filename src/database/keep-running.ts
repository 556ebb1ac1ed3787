import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Place } from './embedded-place.ts';
import { isPostmaster, launchPostmaster, type Postmaster } from './postmaster.ts';

const LOOK_EVERY_MS = 200;

/** Before a start. None before the first one; then twice as long each time, up to the longest, until PostgreSQL runs steadily. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const STEADY_MS = 60_000;

/**
 * Starts a PostgreSQL again on its port whenever it is gone, be it killed, crashed or stopped by somebody. It never gives up: a full
 * disk, which ends PostgreSQL too, has room again one day, and until then the API and /healthz say that there is no database.
 */
export function keepRunning(place: Place, postmaster: Postmaster, log: Log): { stop(): Promise<void> } {
  const keeper = new Keeper(place, postmaster.port, log);
  const ended = keeper.keep(postmaster.pid);
  return {
    async stop() {
      keeper.stopping.abort();
      await ended;
    },
  };
}

class Keeper {
  readonly stopping = new AbortController();
  readonly #place: Place;
  readonly #port: string;
  readonly #log: Log;
  #pauseMs = 0;

  constructor(place: Place, port: string, log: Log) {
    this.#place = place;
    this.#port = port;
    this.#log = log;
  }

  async keep(first: number): Promise<void> {
    for (let pid: number | undefined = first; pid !== undefined; pid = await this.#startAgain()) {
      const since = performance.now();
      while (isPostmaster(pid, this.#place.data)) {
        await this.#pause(LOOK_EVERY_MS);
        if (this.stopping.signal.aborted) return;
      }
      if (performance.now() - since > STEADY_MS) this.#pauseMs = 0;
      this.#log.warn('postgres.gone', { pid, log: `${this.#place.home}/postgres.log` });
    }
  }

  /** @returns its process id, or undefined where it is to be stopped. */
  async #startAgain(): Promise<number | undefined> {
    const { signal } = this.stopping;
    for (;;) {
      await this.#pause(this.#pauseMs);
      if (signal.aborted) return undefined;
      this.#pauseMs = Math.min(Math.max(2 * this.#pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      try {
        const { pid } = await launchPostmaster(this.#place, { port: this.#port }, signal);
        this.#log.info('postgres.started_again', { pid });
        return pid;
      } catch (error) {
        if (!signal.aborted) this.#log.error('postgres.not_started', { error, againInMs: this.#pauseMs });
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => {});
  }
}
