import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { Connection } from '../../src/database/connection.ts';
import { createPool, type Pool } from '../../src/database/pool.ts';
import { connectionTo } from './connection.ts';
import { lastFirst, type Cleanup } from './last-first.ts';
import { silentLog } from './parts.ts';

export type TestDatabase = {
  url: string;
  connection: Connection;
  pool: Pool;
  /** The way past a pooler, where this run has one and uses it for sessions. */
  sessions?: Connection;
};

/**
 * A migrated, empty database of its own, gone after the test. `template`: another one to copy;
 * 'template0' is bare.
 */
export async function freshDatabase(
  t: Cleanup,
  template = process.env['TEST_TEMPLATE'] ?? '',
): Promise<TestDatabase> {
  const server = process.env['TEST_SERVER_URL'] ?? '';
  if (server === '')
    throw new Error('Run the tests with npm test: it starts the database they need.');
  const name = `t_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name} template ${template}`);
  // Through the PgBouncer of this run, where there is one.
  const pooled = process.env['TEST_POOLED_URL'];
  const url = withDatabase(pooled ?? server, name);
  const connection = await connectionTo(url);
  if (pooled !== undefined) connection.pooler = 'transaction';
  const pool = createPool(connection, { max: 10, name: 'test', log: silentLog });
  lastFirst(t).after(async () => {
    await pool.end();
    await onServer(server, `drop database if exists ${name} with (force)`);
  });
  if (process.env['POSTMAND_TEST_POOLER'] !== 'direct') return { url, connection, pool };
  const sessions = await connectionTo(withDatabase(server, name));
  return { url, connection, pool, sessions };
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
