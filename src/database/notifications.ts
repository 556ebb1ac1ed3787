import type { Client, QueryConfig, QueryResultRow } from 'pg';
import { atMost } from '../process/at-most.ts';
import type { Log } from '../telemetry/log.ts';
import type { Connection } from './connection.ts';
import type { ServerState } from './server-state.ts';
import { openSession } from './session.ts';

/**
 * How often a silent session is asked whether it still listens, and how long it may take to answer.
 */
const CHECK_EVERY_MS = 10_000;
const ANSWER_MS = 5000;

/** Pause before a session is opened again: twice as long after each try that failed. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** A connection that went silent never closes. */
const END_MS = 1000;

type Parts = {
  connection: Connection;
  channel: string;
  /** The name of the session in the server's list of sessions. */
  name: string;
  /** The state of the server, as the pools of this process find it out. */
  server: ServerState;
  /** Notifies the channel by another connection. */
  prove?: () => Promise<void>;
  log: Log;
};

/** A session from the moment it begins to be opened. */
type Session = Promise<Client>;

/**
 * LISTENs in one session of its own until it is closed. A session that is lost, or that could not
 * be opened, is replaced after a pause. A connection to a server that a failover left behind stays
 * open and answers, but nobody notifies there. So the session ends when the server turns
 * read-only, and another one is opened at once when there is a server that can be written.
 */
export class Notifications {
  readonly #parts: Parts;
  readonly #onWake: (told?: string) => void;
  readonly #onTurn = (readOnly: boolean) => this.#turn(readOnly);
  /** The session that counts. Any other session that is still being opened is given up. */
  #session: Session | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isHeard = false;

  /**
   * `onWake` is called with the text of each notification, and without one for each session that
   * begins, as some may have been missed before it.
   */
  constructor(parts: Parts, onWake: (told?: string) => void) {
    this.#parts = parts;
    this.#onWake = onWake;
  }

  /** @throws what keeps us from the first session. Others are tried all the same, until `close`. */
  async start(): Promise<void> {
    this.#parts.server.on('turned', this.#onTurn);
    await this.#open();
  }

  /**
   * A notification has come by the present session. Before the first one it may be that none will:
   * behind a pooler that gives a session's connection to others, LISTEN succeeds and tells nothing.
   * A connection that dies without a word is believed for up to 15 s.
   */
  get isHeard(): boolean {
    return this.#isHeard;
  }

  /**
   * The rows of a quick statement, prepared under its name, in the present session; undefined: none
   * is heard.
   */
  async ask<Row extends QueryResultRow>(
    named: Required<Pick<QueryConfig, 'name' | 'text'>>,
  ): Promise<Row[] | undefined> {
    const session = this.#session;
    if (!this.#isHeard || session === undefined) return undefined;
    const statement = { ...named, query_timeout: ANSWER_MS };
    return (await (await session).query<Row>(statement)).rows;
  }

  async close(): Promise<void> {
    this.#parts.server.off('turned', this.#onTurn);
    await this.#end();
  }

  async #open(): Promise<void> {
    const { connection, channel, name } = this.#parts;
    const session = openSession(connection, name);
    this.#session = session;
    try {
      const client = await session;
      client.on('notification', ({ payload = '' }) => {
        if (session !== this.#session) return;
        this.#isHeard = true;
        this.#onWake(payload);
      });
      const statement = { text: `listen ${channel}`, query_timeout: ANSWER_MS };
      await client.query(statement);
      if (session !== this.#session) return;
      client.on('end', () =>
        this.#lose(session, new Error('the session that listens for notifications ended')),
      );
    } catch (error) {
      // A session that was given up meanwhile fails for that reason.
      if (session !== this.#session) return;
      this.#replace();
      throw error;
    }
    this.#failures = 0;
    this.#onWake();
    // Where that fails, the next notification proves it as well.
    void this.#parts.prove?.().catch(() => {});
    this.#later(CHECK_EVERY_MS, () => this.#check(session));
  }

  /**
   * A connection may be silent because the way to the server is dead, and a pooler may have changed
   * the session behind it.
   */
  async #check(session: Session): Promise<void> {
    try {
      const statement = {
        text: 'select from pg_listening_channels() as listening (channel) where channel = $1',
        values: [this.#parts.channel],
        query_timeout: ANSWER_MS,
      };
      const { rowCount } = await (await session).query(statement);
      if (rowCount === 0) throw new Error('the session does not listen for notifications any more');
      if (session === this.#session) this.#later(CHECK_EVERY_MS, () => this.#check(session));
    } catch (error) {
      this.#lose(session, error);
    }
  }

  #lose(session: Session, error: unknown): void {
    if (session !== this.#session) return;
    this.#parts.log.warn('queue.error', { error });
    this.#replace();
  }

  #replace(): void {
    void this.#end();
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#later(pauseMs, () => this.#openAgain());
  }

  #turn(readOnly: boolean): void {
    void this.#end();
    this.#failures = 0;
    if (!readOnly) void this.#openAgain();
  }

  async #openAgain(): Promise<void> {
    await this.#open().catch((error: unknown) => this.#parts.log.warn('queue.error', { error }));
  }

  /** From here on no session counts. One that is being opened ends as soon as it is there. */
  async #end(): Promise<void> {
    clearTimeout(this.#timer);
    const session = this.#session;
    this.#session = undefined;
    this.#isHeard = false;
    const ended = session?.then((client) => client.end());
    if (ended !== undefined) await atMost(END_MS, ended).catch(() => {});
  }

  #later(ms: number, work: () => Promise<void>): void {
    this.#timer = setTimeout(() => void work(), ms);
  }
}
