import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../telemetry/log.ts';
import { EmbeddedError } from './error.ts';
import { launchPostmaster } from './launch.ts';
import type { Place } from './place.ts';
import { findPostmaster, stopPostmaster, untilGone, type Postmaster } from './postmaster.ts';

/**
 * The pause before PostgreSQL is started again. The first time there is none. Then it is twice as
 * long each time, up to the longest one, until PostgreSQL has run steadily.
 */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const STEADY_MS = 60_000;

/**
 * Starts a PostgreSQL again on its port whenever it is gone, be it killed, crashed or stopped by
 * somebody. It never gives up: a full disk, which ends PostgreSQL too, has room again one day, and
 * until then the API and /healthz say that there is no database. `stop` ends PostgreSQL as well.
 */
export function keepRunning(
  place: Place,
  postmaster: Postmaster,
  log: Log,
): { stop(): Promise<void> } {
  const keeper = new Keeper(place, postmaster, log);
  const ended = keeper
    .keep()
    .catch((error: unknown) => log.error('postgres.not_started', { error }));
  return {
    async stop() {
      keeper.stopping.abort();
      await ended;
      await stopPostmaster(place, keeper.last.child);
    },
  };
}

class Keeper {
  readonly stopping = new AbortController();
  /** The one that runs, or that ran last. */
  last: Postmaster;
  readonly #place: Place;
  readonly #port: string;
  readonly #log: Log;
  #pauseMs = 0;

  constructor(place: Place, postmaster: Postmaster, log: Log) {
    this.#place = place;
    this.last = postmaster;
    this.#port = postmaster.port;
    this.#log = log;
  }

  async keep(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      const since = performance.now();
      await untilGone(this.last, this.#place.data, signal);
      if (signal.aborted) return;
      if (performance.now() - since > STEADY_MS) this.#pauseMs = 0;
      this.#log.warn('postgres.gone', {
        pid: this.last.pid,
        log: `${this.#place.home}/postgres.log`,
      });
      const next = await this.#startAgain();
      if (next === undefined) return;
      this.last = next;
    }
  }

  /** @returns undefined where it is to be stopped */
  async #startAgain(): Promise<Postmaster | undefined> {
    const { signal } = this.stopping;
    for (;;) {
      await this.#pause(this.#pauseMs);
      if (signal.aborted) return undefined;
      this.#pauseMs = Math.min(Math.max(2 * this.#pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      try {
        const postmaster =
          (await this.#find()) ??
          (await launchPostmaster(this.#place, { port: this.#port }, signal));
        this.#log.info('postgres.started_again', { pid: postmaster.pid });
        return postmaster;
      } catch (error) {
        if (!signal.aborted)
          this.#log.error('postgres.not_started', { error, again_in_ms: this.#pauseMs });
      }
    }
  }

  /** One runs already where its folder was away for a while, or where somebody else started it. */
  async #find(): Promise<Postmaster | undefined> {
    const found = await findPostmaster(this.#place, this.stopping.signal);
    if (found === undefined || found.port === this.#port) return found;
    throw new EmbeddedError(
      `Another PostgreSQL (process ${found.pid}) runs on ${this.#place.data}, on port ${found.port} instead of ${this.#port}.`,
    );
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => {});
  }
}
