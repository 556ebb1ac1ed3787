import { Query, type Connection, type PoolClient, type QueryConfig, type QueryResult } from 'pg';

/** A statement for a batch. One with a name is prepared once a session. */
export type Statement = { text: string; values?: unknown[]; name?: string | undefined };

/**
 * Runs statements one after the other, in one round trip: they are sent together, before a single
 * Sync, so that what follows one that is refused is not run
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING).
 * @returns their results. @throws the first refusal
 */
export function runTogether(client: PoolClient, statements: Statement[]): Promise<QueryResult[]> {
  return new Promise((resolve, reject) => {
    const onDone: OnDone = (error, results) => (error ? reject(error) : resolve(results));
    client.query(new Batch(client, statements, onDone));
  });
}

type OnDone = (error: Error | undefined, results: QueryResult[]) => void;

/**
 * What the driver runs as one query. It submits the driver's own query for each statement, and
 * hands each message of the server on to the one that it belongs to.
 */
class Batch {
  /** The driver replaces it, where it gives up waiting. */
  callback: OnDone;
  readonly #queries: DriverQuery[];
  readonly #results: QueryResult[] = [];
  #refused: Error | undefined;
  #current = 0;

  /** `types` read the values of the results. */
  constructor(types: Types, statements: Statement[], onDone: OnDone) {
    this.callback = onDone;
    this.#queries = statements.map((statement) => this.#queryOf(statement, types));
  }

  /** Of the statement that is being answered: what the driver notes as prepared. */
  get name(): string | undefined {
    return this.#queries[this.#current]?.name;
  }

  get text(): string | undefined {
    return this.#queries[this.#current]?.text;
  }

  submit(connection: Connection): Error | null {
    const wire = connection as Wire;
    // Each query ends with a Sync of its own, which belongs behind the last one.
    const withoutSync = Object.create(wire, { sync: { value: () => {} } }) as Connection;
    wire.stream.cork();
    try {
      for (const query of this.#queries) {
        const error = query.submit(withoutSync);
        if (error) this.#refused ??= error;
        if (this.#refused) break;
      }
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
    return null;
  }

  handleRowDescription(message: unknown): void {
    this.#queries[this.#current]?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.#queries[this.#current]?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: Connection): void {
    this.#queries[this.#current]?.handleCommandComplete(message, connection);
    this.#current += 1;
  }

  /** The end of a statement that is empty. */
  handleEmptyQuery(): void {
    this.#current += 1;
  }

  handleReadyForQuery(connection: Connection): void {
    for (const query of this.#queries) query.handleReadyForQuery(connection);
    this.callback(this.#refused, this.#results);
  }

  /** A refusal by the server, or why the driver has given up. */
  handleError(error: Error, connection: Connection): void {
    const { submittedNamedStatements } = connection as Wire;
    // The server has not looked at the statements behind this one.
    for (const { name } of this.#queries.slice(this.#current))
      if (name !== undefined) delete submittedNamedStatements[name];
    this.callback(this.#refused ?? error, []);
  }

  #queryOf({ text, values, name }: Statement, types: Types): DriverQuery {
    const config = { text, values, name, types, queryMode: 'extended' } as QueryConfig;
    return new Query(config, (error: Error | undefined, result: unknown) => {
      if (error) this.#refused ??= error;
      else this.#results.push(result as QueryResult);
    }) as unknown as DriverQuery;
  }
}

/** Members that the types of pg do not have. */
type Wire = Connection & { sync(): void; submittedNamedStatements: Record<string, string> };
type Types = Pick<PoolClient, 'getTypeParser'>;
type DriverQuery = {
  name: string | undefined;
  text: string;
  submit(connection: Connection): Error | null;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
  handleReadyForQuery(connection: Connection): void;
};
