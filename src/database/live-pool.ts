import type { ClientBase, PoolClient, PoolConfig } from 'pg';
import { BoundedPool } from './bounded-pool.ts';
import { isOutdated, isReadOnly, spoilsConnection } from './failure.ts';
import type { ServerState } from './server-state.ts';
import { MAY_ONLY_READ } from './session.ts';

/** A statement that failed so soon was not ended for what it did. */
const AT_ONCE_MS = 1000;

/** What is known of a connection. `used`: it was in the pool before. */
type Known = { generation: number; readOnly: boolean; used: boolean };

type LivePoolOptions = Omit<PoolConfig, 'onConnect'> & {
  /** Prepares the session of a new connection. @returns whether it may only read */
  prepare(client: ClientBase): Promise<boolean>;
};

/**
 * A pool that keeps no connection that is of no use any more: one that the server ended, that leads
 * to a server that may not be written, or whose prepared statements are gone. What had not begun
 * when that was found out is run on another connection.
 */
export class LivePool extends BoundedPool {
  /** Shared by all pools of a process. */
  readonly server: ServerState;
  readonly #known = new WeakMap<ClientBase, Known>();
  /** Failures for which a connection is to blame that had been in the pool. */
  readonly #ofUsed = new WeakSet<Error>();

  constructor(server: ServerState, { prepare, ...options }: LivePoolOptions) {
    super(options);
    this.server = server;
    server.on('outdated', () => this.#dropIdle());
    Object.assign(this.options, { onConnect: (client: ClientBase) => this.#meet(client, prepare) });
    const run = super.query.bind(this) as (...statement: unknown[]) => Promise<unknown>;
    // What is run on the pool itself are reads: nothing is done twice.
    const persistent = (...statement: unknown[]) => this.#persist(() => run(...statement));
    this.query = persistent as typeof this.query;
  }

  /** A connection on which `begin` was run. */
  async begin(begin: string): Promise<PoolClient> {
    return (await this.#take((client) => client.query(begin))).client;
  }

  /** Whether the server may be written, found out without writing. */
  async isWritable(): Promise<boolean> {
    const { client, result: readOnly } = await this.#take(isSessionReadOnly);
    if (readOnly) this.#foundReadOnly(client);
    else this.server.foundReadOnly(false);
    client.release();
    return !readOnly;
  }

  /** One that may only read is used once: none must be kept for when the server may be written. */
  async #meet(client: ClientBase, prepare: LivePoolOptions['prepare']): Promise<void> {
    const { generation } = this.server;
    const readOnly = await prepare(client);
    this.#known.set(client, { generation, readOnly, used: false });
    if (!readOnly) this.server.foundReadOnly(false);
  }

  protected override isUseless(client: PoolClient, error?: Error | boolean): boolean {
    const known = this.#known.get(client);
    if (known === undefined) return false;
    if (error instanceof Error && spoilsConnection(error)) this.#learn(client, known, error);
    known.used = true;
    return known.readOnly || known.generation < this.server.generation;
  }

  #learn(client: PoolClient, known: Known, error: Error): void {
    if (isReadOnly(error)) this.#foundReadOnly(client);
    if (!known.used) return;
    this.#ofUsed.add(error);
    if (isOutdated(error)) this.server.outdate(known.generation);
  }

  #foundReadOnly(client: PoolClient): void {
    const known = this.#known.get(client);
    // One that was so from its start says nothing about the others.
    if (known && !known.readOnly) this.server.outdate(known.generation);
    this.server.foundReadOnly(true);
  }

  #dropIdle(): void {
    // Whoever takes a connection and gives it back has it looked at.
    for (let idle = this.idleCount; idle > 0; idle -= 1) {
      super.connect((_error, client) => client?.release());
    }
  }

  /** Takes a connection and runs a first statement on it that does nothing yet. */
  #take<Result>(first: (client: ClientBase) => Promise<Result>) {
    return this.#persist(async () => {
      const client = await this.connect();
      try {
        return { client, result: await first(client) };
      } catch (error) {
        client.release(error instanceof Error ? error : true);
        throw error;
      }
    });
  }

  /** Runs `work` again for each useless connection that it meets, and at last on a new one. */
  async #persist<Result>(work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    for (let left = this.options.max; ; left -= 1) {
      try {
        return await work();
      } catch (error) {
        const isOfUsed = error instanceof Error && this.#ofUsed.has(error);
        const again = isOfUsed && performance.now() - startedAt < AT_ONCE_MS;
        if (!again || left === 0) throw error;
      }
    }
  }
}

async function isSessionReadOnly(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ readOnly: boolean }>(
    `select ${MAY_ONLY_READ} as "readOnly"`,
  );
  return rows[0]?.readOnly ?? false;
}
