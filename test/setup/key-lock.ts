import { Client } from 'pg';
import type { TestDatabase } from './database.ts';
import { lastFirst, type Cleanup } from './last-first.ts';

/**
 * Has an Idempotency-Key as an application's transaction does that is open, until the returned
 * function is called or the test ends.
 */
export async function lockIdempotencyKey(
  t: Cleanup,
  { url }: Pick<TestDatabase, 'url'>,
  key: string,
): Promise<() => Promise<void>> {
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  await client.query('begin');
  await client.query(
    `select pg_advisory_xact_lock(
       ('x' || left(encode(sha256(convert_to($1, 'UTF8')), 'hex'), 16))::bit(64)::bigint)`,
    [key],
  );
  let released: Promise<void> | undefined;
  const release = () => (released ??= client.end());
  lastFirst(t).after(release);
  return release;
}
