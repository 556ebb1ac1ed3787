import { DatabaseError, Pool, type PoolClient, type PoolConfig } from 'pg';
import { atMost } from '../process/at-most.ts';
import { cancelStatement } from './cancel.ts';
import { DatabaseUnreachable, spoilsConnection } from './failure.ts';

/** If a connection answers within this time, no statement holds it up. */
const ANSWER_MS = 500;

/**
 * Pause after a cancel request, and how many the server must have taken before a backend that does
 * not answer is left alone.
 */
const CANCEL_EVERY_MS = 5000;
const CANCELS = 2;

/**
 * The longest time that a timer accepts, which stands for no bound. Zero would mean the bound of
 * the connection.
 */
const UNBOUNDED_MS = 2 ** 31 - 1;

type OnConnected = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: PoolClient['release'],
) => void;

/**
 * A pool that bounds the number of PostgreSQL's backends, not only that of our sockets. A statement
 * that we have given up may still run, and closing its connection does not end it: a COMMIT that
 * waits for a standby goes on without a client. So its place stays taken until the server has ended
 * the statement, and the server is asked to do that.
 */
export class BoundedPool extends Pool {
  /** Gives up the place of a connection that is waited for. */
  readonly #held = new Set<() => void>();

  constructor(options: PoolConfig) {
    super(options);
    // A waiting caller gets a connection while the packet that ended the work before it is still
    // being read. The end of the session may follow in the same packet, before the caller can
    // listen for it. An error event without a listener would end the process. The next statement
    // fails anyway.
    this.on('connect', (client) => client.on('error', () => {}));
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: OnConnected): void;
  override connect(callback?: OnConnected): Promise<PoolClient> | void {
    if (callback === undefined) {
      return super.connect().then(
        (client) => this.#guard(client),
        (error: unknown) => {
          throw new DatabaseUnreachable(error);
        },
      );
    }
    // Statements that are run on the pool itself take this way.
    super.connect((error, client) => {
      if (client === undefined)
        return callback(new DatabaseUnreachable(error), undefined, () => {});
      const { release } = this.#guard(client);
      // The driver would drop a connection after any failure. After a refusal nothing of the
      // statement is left, as it was not part of a transaction.
      client.release = (failure) => release(isRefusal(failure) ? undefined : failure);
      callback(undefined, client, client.release);
    });
  }

  /** Does not wait for connections that a statement holds up. */
  override end(): Promise<void> {
    const ended = super.end();
    for (const free of this.#held) free();
    return ended;
  }

  /**
   * Called at every release, with its failure. @returns whether to drop the connection in any case.
   */
  protected isUseless(_client: PoolClient, _error?: Error | boolean): boolean {
    return false;
  }

  #guard(client: PoolClient): PoolClient {
    const release = client.release;
    client.release = (error) => {
      const useless = this.isUseless(client, error);
      // A statement that PostgreSQL has answered has ended.
      const mayRun = Boolean(error) && !(error instanceof DatabaseError);
      if (mayRun && !this.ending) void this.#letGo(client, () => release(error));
      else release(error || useless);
    };
    return client;
  }

  /**
   * Releases a connection when the server has answered or closed it. Otherwise it is released after
   * the server has taken two cancel requests: the network from the server to us may be dead while
   * the backend has long ended. While the server takes no cancel request, no other connection could
   * be opened either, and the place stays taken.
   */
  async #letGo(client: PoolClient, release: () => void): Promise<void> {
    const free = () => {
      if (this.#held.delete(free)) release();
    };
    this.#held.add(free);
    client.on('error', () => {});
    const last = { text: 'rollback', query_timeout: UNBOUNDED_MS };
    const answered = client.query(last).then(free, free);
    await atMost(ANSWER_MS, answered);
    for (let taken = 0; taken < CANCELS && this.#held.has(free);) {
      if (await cancelStatement(client)) taken += 1;
      await atMost(CANCEL_EVERY_MS, answered);
    }
    free();
  }
}

function isRefusal(failure: Error | boolean | undefined): boolean {
  return failure instanceof DatabaseError && !spoilsConnection(failure);
}
