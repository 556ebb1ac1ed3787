import { Client } from 'pg';
import type { TestDatabase } from './database.ts';
import { lastFirst, type Cleanup } from './last-first.ts';

/**
 * Keeps everybody else from a table until the returned function is called or the test ends: readers
 * too, or only those that write to it (`share`).
 */
export async function lockTable(
  t: Cleanup,
  { url }: TestDatabase,
  ...[table, mode = 'access exclusive']: [
    table:
      | 'deliveries'
      | 'events'
      | 'delivery_attempts'
      | 'idempotency_keys'
      | 'operations'
      | 'webhooks'
      | 'postmand_queue.job'
      | 'statistics_minutes',
    mode?: 'access exclusive' | 'share',
  ]
): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: url, application_name: 'test lock' });
  client.on('error', () => {});
  await client.connect();
  await client.query('begin');
  await client.query(`lock table ${table} in ${mode} mode`);
  let released: Promise<void> | undefined;
  const release = () => (released ??= client.end());
  lastFirst(t).after(release);
  return release;
}
