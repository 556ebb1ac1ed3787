import type { Client } from 'pg';
import { atMost } from '../../process/at-most.ts';
import type { Log } from '../../telemetry/log.ts';
import { connectionTo, type Connection } from '../connection.ts';
import { openSession } from '../session.ts';
import { parseDatabaseUrl } from '../url.ts';

const START_LOCK = 7_036_873_082;

/** How long the answer to the statement that takes the lock may take. */
const ANSWER_MS = 5000;

/** Pause before the lock is taken again. */
const TRY_AGAIN_MS = 500;

/**
 * Takes the only lock that `start` of version 2.1 knows: without it, that version would use the
 * same data, and stop PostgreSQL at its end. It belongs to a session, so it is taken again whenever
 * that is lost, as with a PostgreSQL that was started again.
 * @returns undefined where another process has it
 */
export async function takeStartLock(
  url: string,
  log: Log,
): Promise<{ release(): Promise<void> } | undefined> {
  const lock = new StartLock(await connectionTo(parseDatabaseUrl(url)), log);
  return (await lock.take()) ? lock : undefined;
}

class StartLock {
  readonly #connection: Connection;
  readonly #log: Log;
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #released = false;

  constructor(connection: Connection, log: Log) {
    this.#connection = connection;
    this.#log = log;
  }

  /** @returns whether we have the lock now */
  async take(): Promise<boolean> {
    const client = await openSession(this.#connection, 'postmand start lock');
    const hasLock = await tryLock(client).catch(async (error: unknown) => {
      await end(client);
      throw error;
    });
    if (!hasLock || this.#released) {
      await end(client);
      return false;
    }
    this.#client = client;
    client.once('end', () => this.#takeAgain());
    return true;
  }

  async release(): Promise<void> {
    this.#released = true;
    clearTimeout(this.#timer);
    if (this.#client !== undefined) await end(this.#client);
  }

  /** `told`: it was logged that another process has the lock. */
  #takeAgain(told = false): void {
    if (this.#released) return;
    this.#timer = setTimeout(() => void this.#tryAgain(told), TRY_AGAIN_MS);
  }

  async #tryAgain(told: boolean): Promise<void> {
    try {
      if ((await this.take()) || this.#released) return;
      if (!told)
        this.#log.warn('start.lock_taken', {
          advice: 'stop the older `postmand start` that uses the same data',
        });
      this.#takeAgain(true);
    } catch {
      // PostgreSQL is away. Everything that needs it reports that.
      this.#takeAgain(told);
    }
  }
}

async function tryLock(client: Client): Promise<boolean> {
  const statement = {
    text: 'select pg_try_advisory_lock($1) as locked',
    values: [START_LOCK],
    query_timeout: ANSWER_MS,
  };
  const { rows } = await client.query<{ locked: boolean }>(statement);
  return rows[0]?.locked === true;
}

/** A connection that went silent never closes. */
async function end(client: Client): Promise<void> {
  await atMost(1000, client.end()).catch(() => {});
}
