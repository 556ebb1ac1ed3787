import { Client } from 'pg';
import type { TestDatabase } from './database.ts';
import { lastFirst, type Cleanup } from './last-first.ts';

/**
 * Keeps everybody else from a table, readers too, until the returned function is called or the test
 * ends.
 */
export async function lockTable(
  t: Cleanup,
  { url }: TestDatabase,
  table: 'deliveries' | 'delivery_attempts',
): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: url, application_name: 'test lock' });
  client.on('error', () => {});
  await client.connect();
  await client.query('begin');
  await client.query(`lock table ${table} in access exclusive mode`);
  let released: Promise<void> | undefined;
  const release = () => (released ??= client.end());
  lastFirst(t).after(release);
  return release;
}
