import type { Pool } from 'pg';
import { escapeIdentifier } from 'pg';

/** For the embedded server: the extension is there, and counts nothing until a database asks. */
export const STATEMENT_SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'none',
  // What it costs to tell statements apart, no other database pays.
  compute_query_id: 'off',
};

/**
 * Has PostgreSQL count the statements of connections that are opened from now on to this database
 * (https://www.postgresql.org/docs/current/pgstatstatements.html): those that clients send, `begin`
 * and `commit` too, and not those within functions. Nothing happens where it cannot.
 */
export async function countStatements(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>('select current_database() as name');
  const database = escapeIdentifier(rows[0]?.name ?? '');
  try {
    await pool.query('create schema postmand_bench');
    await pool.query('create extension pg_stat_statements schema postmand_bench');
    await pool.query(`alter database ${database} set pg_stat_statements.track = 'top'`);
    await pool.query(`alter database ${database} set compute_query_id = on`);
  } catch {
    // For superusers only, and where the extension is installed.
  }
}

/** How often something happened so far. Undefined: it is not counted here. */
export type Counters = { statements: number | undefined; transactions: number | undefined };

/** Of this database. Transactions of a connection may be told up to ten seconds later. */
export async function readCounters(pool: Pool): Promise<Counters> {
  return { statements: await statements(pool), transactions: await transactions(pool) };
}

async function statements(pool: Pool): Promise<number | undefined> {
  try {
    const { rows } = await pool.query<{ calls: number }>(
      `select coalesce(sum(calls), 0)::float8 as calls
       from postmand_bench.pg_stat_statements
       where dbid = (select oid from pg_database where datname = current_database())
         and query not like '%pg_stat%'`,
    );
    return rows[0]?.calls;
  } catch {
    return undefined;
  }
}

async function transactions(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ done: number }>(
    `select (xact_commit + xact_rollback)::float8 as done
     from pg_stat_database where datname = current_database()`,
  );
  return rows[0]?.done;
}
