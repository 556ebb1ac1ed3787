import type { ClientBase, PoolClient, PoolConfig, QueryResult } from 'pg';
import { runTogether, type Statement } from './batch.ts';
import { BoundedPool } from './bounded-pool.ts';
import { isNameLost, isOutdated, isReadOnly, spoilsConnection } from './failure.ts';
import { rollBack } from './roll-back.ts';
import type { ServerState } from './server-state.ts';
import { MAY_ONLY_READ } from './session.ts';
import { isHotRead } from './statement-names.ts';

/** A statement that failed within this time was not ended because of what it did. */
const AT_ONCE_MS = 1000;

/**
 * For how long a session keeps its plans. A plan that was made while a table was empty reads all of
 * it, and PostgreSQL itself makes it anew only when the table has been analyzed, about a minute
 * after many rows have come.
 */
const PLANS_KEPT_MS = 3000;

/**
 * What is known of a connection. `used`: it was in the pool before. `plannedAt`: no plan of its
 * session is older.
 */
type Known = { generation: number; readOnly: boolean; used: boolean; plannedAt: number };

type LivePoolOptions = Omit<PoolConfig, 'onConnect'> & {
  /** Prepares the session of a new connection. @returns whether it may only read */
  prepare(client: ClientBase): Promise<boolean>;
  /**
   * Sets what each transaction relies on, where a pooler may hand it to any session. Then nothing
   * is prepared.
   */
  eachTransaction?: Statement;
};

/** What the settings of a session would say. They do not count for a transaction that has begun. */
const BEGIN_POOLED = 'begin isolation level read committed not deferrable';

/**
 * A pool that keeps no useless connections: none that the server has ended, none to a server that
 * is read-only, and none whose prepared statements are gone. Work that had not begun when a
 * connection was found to be useless runs on another one.
 */
export class LivePool extends BoundedPool {
  /** Shared by all pools of a process. */
  readonly server: ServerState;
  readonly #known = new WeakMap<ClientBase, Known>();
  /** Failures that were caused by a connection, not by what was run on it. */
  readonly #ofConnection = new WeakSet<Error>();
  readonly #eachTransaction: Statement | undefined;

  constructor(server: ServerState, { prepare, eachTransaction, ...options }: LivePoolOptions) {
    super(options);
    this.server = server;
    this.#eachTransaction = eachTransaction;
    server.on('outdated', () => this.#dropIdle());
    Object.assign(this.options, { onConnect: (client: ClientBase) => this.#meet(client, prepare) });
    const run = super.query.bind(this) as (...statement: unknown[]) => Promise<unknown>;
    // Only reads are run on the pool itself, and claims, which may be made twice.
    const persistent = (statement: unknown, ...values: unknown[]) =>
      this.#persist(() =>
        eachTransaction !== undefined
          ? this.#read(asStatement(statement, values[0]))
          : isHotRead(statement)
            ? this.#read(statement)
            : run(this.#nameable(statement), ...values),
      );
    this.query = persistent as typeof this.query;
  }

  /**
   * A connection on which a transaction has begun, by the statements of `begin` with '; ' between
   * them, and gone on with others; and the results of all.
   */
  start(
    begin: string,
    others: Statement[],
  ): Promise<{ client: PoolClient; results: QueryResult[] }> {
    const [first, ...more] = begin.split('; ').map((text) => ({ text }));
    const settings = this.#eachTransaction;
    const beginning =
      settings === undefined ? [first as Statement] : [{ text: BEGIN_POOLED }, settings];
    const statements = [...beginning, ...more, ...others];
    return this.#take((client) => this.send(client, this.#planned(client, statements), begin));
  }

  /**
   * Runs statements of a transaction that began with `begin` in one round trip. They are prepared
   * once a session.
   */
  async send(client: PoolClient, statements: Statement[], begin = ''): Promise<QueryResult[]> {
    const [one, ...others] = statements;
    if (one === undefined) return [];
    if (others.length === 0 && one.values === undefined) return [await client.query(one.text)];
    const named = [one, ...others].map(({ text, values = [] }) => {
      const name =
        this.#eachTransaction === undefined ? this.server.names.nameOf(text, begin) : undefined;
      return { text, values, name };
    });
    if (named[0] && others.length === 0) return [await client.query(named[0])];
    return runTogether(client, named);
  }

  /** Whether the server accepts writes. Finds out without writing. */
  async isWritable(): Promise<boolean> {
    const { client, results: readOnly } = await this.#take(isSessionReadOnly);
    if (readOnly) this.#foundReadOnly(client);
    else this.server.foundReadOnly(false);
    client.release();
    return !readOnly;
  }

  /**
   * A connection that may only read is used once. If it were kept, it would refuse writes after the
   * server accepts them again.
   */
  async #meet(client: ClientBase, prepare: LivePoolOptions['prepare']): Promise<void> {
    const { generation } = this.server;
    const readOnly = await prepare(client);
    const plannedAt = performance.now();
    this.#known.set(client, { generation, readOnly, used: false, plannedAt });
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
    if (isNameLost(error)) this.server.loseNames();
    // Behind a pooler a new connection may lead to an old session.
    if (!known.used && !isOutdated(error)) return;
    this.#ofConnection.add(error);
    if (isOutdated(error)) this.server.outdate(known.generation);
  }

  #foundReadOnly(client: PoolClient): void {
    const known = this.#known.get(client);
    // A connection that was read-only from its start says nothing about the others.
    if (known && !known.readOnly) this.server.outdate(known.generation);
    this.server.foundReadOnly(true);
  }

  #dropIdle(): void {
    // A connection is examined when it is released, so each idle one is taken and released.
    for (let idle = this.idleCount; idle > 0; idle -= 1) {
      super.connect((_error, client) => client?.release());
    }
  }

  /** Takes a connection and runs first statements on it, of which nothing is committed. */
  #take<Results>(first: (client: PoolClient) => Promise<Results>) {
    return this.#persist(async () => {
      const client = await this.connect();
      try {
        return { client, results: await first(client) };
      } catch (error) {
        await rollBack(client, error);
        throw error;
      }
    });
  }

  async #read({ text, values = [] }: Statement): Promise<QueryResult | undefined> {
    const settings = this.#eachTransaction;
    const statements = [...(settings ? [settings] : []), { text, values }];
    const { client, results } = await this.#take((client) =>
      this.send(client, this.#planned(client, statements)),
    );
    client.release();
    return results.at(-1);
  }

  /** A statement that brings its own name has none either where sessions lose names. */
  #nameable(statement: unknown): unknown {
    if (!this.server.names.areOff || typeof statement !== 'object') return statement;
    return { ...statement, name: undefined };
  }

  /**
   * The statements, behind one that drops the plans of the session where they are old: before a
   * transaction and never within it, as one that has failed refuses all but its end.
   */
  #planned(client: PoolClient, statements: Statement[]): Statement[] {
    const known = this.#known.get(client);
    const now = performance.now();
    const areFresh = known === undefined || now - known.plannedAt < PLANS_KEPT_MS;
    if (areFresh || this.#eachTransaction !== undefined) return statements;
    known.plannedAt = now;
    return [{ text: 'discard plans' }, ...statements];
  }

  /** Runs `work` again for each useless connection that it meets, and at last on a new one. */
  async #persist<Result>(work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    for (let left = this.options.max; ; left -= 1) {
      try {
        return await work();
      } catch (error) {
        const isOfConnection = error instanceof Error && this.#ofConnection.has(error);
        const again = isOfConnection && performance.now() - startedAt < AT_ONCE_MS;
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

/** What the driver takes in several forms. */
function asStatement(statement: unknown, values: unknown): Statement {
  if (typeof statement === 'string')
    return { text: statement, ...(values ? { values: values as unknown[] } : {}) };
  return statement as Statement;
}
