import { DatabaseError, Pool, type PoolClient, type PoolConfig } from 'pg';
import { atMost } from '../process/at-most.ts';
import { cancelStatement } from './cancel.ts';
import { DatabaseUnreachable, spoilsConnection } from './failure.ts';

/** A connection that answers within this time is not one that a statement holds up. */
const ANSWER_MS = 500;

/**
 * Pause after a cancel request, and how many the server must have taken before a backend that does
 * not answer is left alone.
 */
const CANCEL_EVERY_MS = 5000;
const CANCELS = 2;

/**
 * As good as for ever, and the longest time that a timer takes. Zero would mean the bound of the
 * connection.
 */
const UNBOUNDED_MS = 2 ** 31 - 1;

type OnConnected = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: PoolClient['release'],
) => void;

/**
 * A pool whose bound is one on PostgreSQL's backends, not only on our sockets. A statement that we
 * have given up may still run, and closing its connection does not end it: the wait of a COMMIT for
 * a standby goes on without a client. Hence its place stays taken until the server has let go of
 * it, and the server is asked to.
 */
export class BoundedPool extends Pool {
  /** Gives up the place of a connection that is waited for. */
  readonly #held = new Set<() => void>();

  constructor(options: PoolConfig) {
    super(options);
    // A caller that waits is given a connection within the packet that ended the work before it.
    // The end of the session may follow in that packet, before the caller can listen for it, and
    // nobody who listens would mean the end of the process. What is asked next fails anyway.
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
    // The statements that are run on the pool itself come by this way.
    super.connect((error, client) => {
      if (client === undefined)
        return callback(new DatabaseUnreachable(error), undefined, () => {});
      const { release } = this.#guard(client);
      // The driver would drop a connection for any failure. After a refusal nothing of the
      // statement is left, as it was no part of a transaction.
      client.release = (failure) => release(isRefusal(failure) ? undefined : failure);
      callback(undefined, client, client.release);
    });
  }

  /** Waits for no connection that a statement holds up. */
  override end(): Promise<void> {
    const ended = super.end();
    for (const free of this.#held) free();
    return ended;
  }

  /** Told of every release and its failure. @returns whether to drop the connection in any case. */
  protected isUseless(_client: PoolClient, _error?: Error | boolean): boolean {
    return false;
  }

  #guard(client: PoolClient): PoolClient {
    const release = client.release;
    client.release = (error) => {
      const useless = this.isUseless(client, error);
      // What PostgreSQL answered has ended.
      const mayRun = Boolean(error) && !(error instanceof DatabaseError);
      if (mayRun && !this.ending) void this.#letGo(client, () => release(error));
      else release(error || useless);
    };
    return client;
  }

  /**
   * Releases a connection when the server has answered or closed it. Otherwise after two cancel
   * requests that the server took, as the way back from it may be dead while the backend is long
   * done. While the server takes none, no other connection could be opened either, and the place
   * stays taken.
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
