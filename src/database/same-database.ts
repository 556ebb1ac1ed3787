import { randomInt } from 'node:crypto';
import type { Connection } from './connection.ts';
import { openUnprepared } from './session.ts';

const ANSWER_MS = 5000;

/** Locks whose first key is this one are for nothing else. Any constant would do. */
const LOCKS = 703_687_309;

/**
 * Whether two connections lead to one database of one server: a lock that is held by one can be
 * seen by the other. Nothing is set, and nothing is left.
 */
export async function leadToSameDatabase(one: Connection, other: Connection): Promise<boolean> {
  const key = randomInt(2 ** 31 - 1);
  const holder = await openUnprepared(one, 'postmand');
  try {
    const text = `begin; select pg_advisory_xact_lock(${LOCKS}, ${key})`;
    const statement = { text, query_timeout: ANSWER_MS };
    await holder.query(statement);
    return await isSeen(other, key);
  } finally {
    await holder.end().catch(() => {});
  }
}

async function isSeen(connection: Connection, key: number): Promise<boolean> {
  const client = await openUnprepared(connection, 'postmand');
  try {
    const statement = {
      text: `select from pg_locks
        where locktype = 'advisory' and objsubid = 2 and granted
          and database = (select oid from pg_database where datname = current_database())
          and classid::bigint = $1 and objid::bigint = $2`,
      values: [LOCKS, key],
      query_timeout: ANSWER_MS,
    };
    const { rowCount } = await client.query(statement);
    return rowCount === 1;
  } finally {
    await client.end().catch(() => {});
  }
}
