import type { Client } from 'pg';
import { atMost } from '../at-most.ts';
import type { Log } from '../log.ts';
import type { Connection } from './connection.ts';
import { openSession } from './session.ts';

/**
 * How often a silent session is asked whether it still listens, and how long it may take to answer.
 */
const CHECK_EVERY_MS = 10_000;
const ANSWER_MS = 5000;

/** Pause before a lost session is replaced: twice as long after each try that failed. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

type Channel = { channel: string; name: string; log: Log };

/**
 * LISTENs in a session of its own, and in a new one whenever that is lost. `onWake` is called for
 * each notification, and for each session that begins, as some may have been missed before it.
 * @throws what keeps us from the first session
 */
export async function listen(connection: Connection, channel: Channel, onWake: () => void): Promise<{ close(): Promise<void> }> {
  const listening = new Listening(connection, channel, onWake);
  await listening.open();
  return listening;
}

class Listening {
  readonly #connection: Connection;
  readonly #channel: Channel;
  readonly #onWake: () => void;
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;

  constructor(connection: Connection, channel: Channel, onWake: () => void) {
    this.#connection = connection;
    this.#channel = channel;
    this.#onWake = onWake;
  }

  async open(): Promise<void> {
    const client = await openSession(this.#connection, this.#channel.name);
    this.#client = client;
    client.on('notification', this.#onWake);
    client.on('end', () => this.#lose(client, new Error('the session that listens for new deliveries ended')));
    try {
      const statement = { text: `listen ${this.#channel.channel}`, query_timeout: ANSWER_MS };
      await client.query(statement);
    } catch (error) {
      this.#client = undefined;
      await client.end().catch(() => {});
      throw error;
    }
    if (this.#closed) return this.close();
    this.#failures = 0;
    this.#onWake();
    this.#later(CHECK_EVERY_MS, () => this.#check(client));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    // A connection that went silent never closes.
    if (client !== undefined) await atMost(1000, client.end()).catch(() => {});
  }

  /**
   * A connection may be silent because the way to the server is dead, and a pooler may have changed
   * the session behind it.
   */
  async #check(client: Client): Promise<void> {
    try {
      const statement = {
        text: 'select from pg_listening_channels() as listening (channel) where channel = $1',
        values: [this.#channel.channel],
        query_timeout: ANSWER_MS,
      };
      const { rowCount } = await client.query(statement);
      if (rowCount === 0) throw new Error('the session does not listen for new deliveries any more');
      this.#later(CHECK_EVERY_MS, () => this.#check(client));
    } catch (error) {
      this.#lose(client, error);
    }
  }

  #lose(client: Client, error: unknown): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    this.#channel.log.warn('queue.error', { error });
    void client.end().catch(() => {});
    this.#replace();
  }

  #replace(): void {
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#later(pauseMs, () => this.open().catch(() => this.#replace()));
  }

  #later(ms: number, work: () => Promise<void>): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => void work(), ms);
  }
}
