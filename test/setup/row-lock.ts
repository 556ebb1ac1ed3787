import { Client } from 'pg';
import type { TestDatabase } from './database.ts';
import { lastFirst, type Cleanup } from './last-first.ts';

/**
 * Holds a row as a transaction does that is about to delete it, until the returned function is
 * called or the test ends.
 */
export async function lockRow(
  t: Cleanup,
  { url }: TestDatabase,
  { table, id }: { table: 'webhooks' | 'deliveries' | 'events'; id: string },
): Promise<() => Promise<void>> {
  // On a connection of its own: one taken from the pool would keep the pool from ending where the
  // test fails.
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  await client.query('begin');
  await client.query(`select from ${table} where id = $1 for update`, [id]);
  let released: Promise<void> | undefined;
  const release = () => (released ??= client.end());
  lastFirst(t).after(release);
  return release;
}
