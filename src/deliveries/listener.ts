import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerState } from '../database/server-state.ts';
import type { Log } from '../log.ts';

/** Pause after a try that failed. Polling serves meanwhile. */
const RETRY_MS = 1000;

/** A LISTEN that is open. It finds out by itself that its connection is lost, and opens another. */
type Listening = { close(): Promise<void> };

type ListenerParts = { open(): Promise<Listening>; server: ServerState; log: Log };

/**
 * Keeps LISTEN where notifications come from. A connection to a server that a failover left behind
 * stays open and answers, but nobody notifies there. So it is closed when the server turns
 * read-only, and opened anew when there is one that can be written.
 */
export class Listener {
  readonly #parts: ListenerParts;
  readonly #onTurn = (readOnly: boolean) => this.#turn(readOnly);
  #present: Listening | undefined;
  /** How often the server has turned. */
  #turns = 0;
  #closed = false;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
  }

  /** Opens it. @throws what keeps it from listening; it is tried again when the server turns. */
  async start(): Promise<void> {
    this.#parts.server.on('turned', this.#onTurn);
    await this.#open();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#parts.server.off('turned', this.#onTurn);
    await this.#present?.close();
  }

  #turn(readOnly: boolean): void {
    this.#turns += 1;
    // Not waited for: one that went silent never closes.
    void this.#present?.close();
    this.#present = undefined;
    if (!readOnly) void this.#openUntilTurned();
  }

  async #openUntilTurned(): Promise<void> {
    const turn = this.#turns;
    const { log } = this.#parts;
    while (!this.#closed && turn === this.#turns && this.#present === undefined) {
      await this.#open().catch(async (error: unknown) => {
        log.warn('queue.error', { error });
        await sleep(RETRY_MS, undefined, { ref: false });
      });
    }
  }

  async #open(): Promise<void> {
    const turn = this.#turns;
    const opened = await this.#parts.open();
    // It may lead to the server from before the turn.
    if (this.#closed || turn !== this.#turns) await opened.close();
    else this.#present = opened;
  }
}
