import type { Client, QueryResult } from 'pg';
import type { Connection } from './connection.ts';
import { isPooled, observePooler } from './pooler.ts';
import { openUnprepared } from './session.ts';

/** Of SQL_ASCII nothing is converted, so that it stores our UTF-8 as it is. */
const ENCODINGS = new Set(['UTF8', 'SQL_ASCII']);

/** How long it may take to look. */
const ANSWER_MS = 5000;

/**
 * Looks once, at the start, whether the database can hold what we store, where our tables are, and
 * whether a pooler stands between.
 * @returns the connection with the search_path that all sessions of this process have from now on,
 * whatever is changed meanwhile: sessions that find different tables under one name would be worse
 * than a restart.
 * @throws what has to be changed first, as a sentence that goes on after the database's name; or
 * what keeps us from the database
 */
export async function examine(connection: Connection): Promise<Connection> {
  const facts = await lookAt(connection);
  const problem = problemOf(facts, pathOf(connection, facts));
  if (problem !== undefined) throw new Error(problem);
  const { searchPath, isBehindPooler } = facts;
  const pooler = isBehindPooler ? { pooler: await observePooler(connection) } : {};
  return { ...connection, searchPath, ...pooler };
}

async function lookAt(connection: Connection): Promise<Facts & { isBehindPooler: boolean }> {
  const client = await openUnprepared(connection, 'postmand');
  try {
    const facts = await factsOf(client);
    return { ...facts, isBehindPooler: isPooled(client, facts.processId) };
  } finally {
    await client.end().catch(() => {});
  }
}

type Facts = {
  /** The process of the server that looked. */
  processId: number;
  encoding: string;
  role: string;
  searchPath: string;
  /** The schema that new tables would be made in. */
  current: string | null;
  isMigrated: boolean;
  /** Schemas that hold our tables, of this installation or of another one. */
  homes: string[];
};

/**
 * In one transaction, which leaves nothing behind. What another client of a pooler has set in the
 * session does not count.
 */
const BEGIN = `begin;
  set local search_path to default;
  set local statement_timeout = ${ANSWER_MS};
  set local quote_all_identifiers = off`;

async function factsOf(client: Client): Promise<Facts> {
  const text = `${BEGIN};
    select pg_backend_pid() as "processId", current_setting('server_encoding') as encoding,
       quote_ident(current_user) as role,
       current_setting('search_path') as "searchPath", current_schema() as current,
       exists (
         select from pg_class where oid = to_regclass('postmand_migrations')
           and (relkind in ('r', 'p') or to_regclass('webhooks') is not null)
       ) as "isMigrated",
       array(
         select quote_ident(nspname)
         from pg_class
         join pg_namespace on pg_namespace.oid = relnamespace
         where relname = 'postmand_migrations' and relkind in ('r', 'p')
         order by nspname
       ) as homes;
    commit`;
  const statement = { text, query_timeout: ANSWER_MS };
  const results = (await client.query(statement)) as unknown as QueryResult<Facts>[];
  return results.at(-2)?.rows[0] as Facts;
}

type PathFacts = { subject: string; advice(schema: string): string };

/**
 * Where the search_path comes from, and how to change it there. What the URL says counts more than
 * the role's own.
 */
function pathOf({ options = '' }: Connection, { role, searchPath }: Facts): PathFacts {
  if (/search_path/.test(options)) {
    const advice = (schema: string) =>
      `Write options=-c%20search_path%3D${encodeURIComponent(schema)} in POSTMAND_DATABASE_URL.`;
    return { subject: `the search_path in POSTMAND_DATABASE_URL (${searchPath})`, advice };
  }
  const subject = `the search_path of the role ${role} (${searchPath})`;
  return { subject, advice: (schema) => `Run: alter role ${role} set search_path = ${schema}.` };
}

function problemOf(
  { encoding, current, isMigrated, homes }: Facts,
  path: PathFacts,
): string | undefined {
  if (!ENCODINGS.has(encoding))
    return (
      `its encoding is ${encoding}, which cannot store every text. Make one whose encoding is UTF8 ` +
      `(create database … encoding 'UTF8' template template0), move the data with pg_dump, and name it in POSTMAND_DATABASE_URL.`
    );
  if (isMigrated) return undefined;
  // Without this check migrate would make a second, empty installation, and both would share one
  // queue.
  const [home] = homes;
  if (home !== undefined)
    return (
      `the tables are in the schema ${home}, which ${path.subject} does not reach. ` +
      `${path.advice(home)} If those tables are not needed any more, drop ${home}.postmand_migrations.`
    );
  if (current === null)
    return (
      `${path.subject} names no schema that exists and that the role may use. ` +
      `Create it (create schema …) or grant its use, or choose another one. ${path.advice('public')}`
    );
  return undefined;
}
