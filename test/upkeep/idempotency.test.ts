import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Client } from 'pg';
import type { Pool } from '../../src/database/pool.ts';
import { createRequestRemoval } from '../../src/upkeep/idempotency.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';

suite('requests whose time is over', { concurrency: 4 }, () => {
  test('they are removed in steps, and those that are valid stay', async (t) => {
    const { pool } = await freshDatabase(t);
    await add(pool, { from: 1, to: 45, ended: `interval '1 second' * (n / 7)` });
    await add(pool, { from: 101, to: 103, ended: `- interval '1 hour'` });
    const remove = createRequestRemoval(pool, 2);
    assert.equal(await remove(), 'more');
    assert.equal((await left(pool)).length, 8);
    assert.equal(await remove(), undefined);
    assert.deepEqual(await left(pool), [101, 102, 103]);
    await add(pool, { from: 1, to: 1, ended: `interval '0'` });
    await remove();
    assert.deepEqual(await left(pool), [101, 102, 103]);
  });

  test('one that an open transaction has is passed over, and found by the next look at all', async (t) => {
    const { pool, url } = await freshDatabase(t);
    await add(pool, { from: 1, to: 3, ended: `interval '1 hour' * (4 - n)` });
    const client = new Client(url);
    lastFirst(t).after(() => client.end());
    await client.connect();
    await client.query('begin');
    await client.query(`update idempotency_keys set fingerprint = 'other' where key = '1'`);
    const remove = createRequestRemoval(pool);
    await remove();
    assert.deepEqual(await left(pool), [1]);
    await client.query('rollback');
    for (let round = 0; round < 120; round += 1) await remove();
    assert.deepEqual(await left(pool), []);
  });
});

/** Requests number `from` to `to`, which ended so long ago; an expression with `n`. */
async function add(
  pool: Pool,
  { from, to, ended }: { from: number; to: number; ended: string },
): Promise<void> {
  await pool.query(
    `insert into idempotency_keys (key, fingerprint, delivery_ids, expires_at)
     select n::text::bytea, '', '{}', now() - ${ended} from generate_series($1::int, $2::int) as n`,
    [from, to],
  );
}

async function left(pool: Pool): Promise<number[]> {
  const { rows } = await pool.query<{ n: number }>(
    `select convert_from(key, 'UTF8')::int as n from idempotency_keys order by n`,
  );
  return rows.map(({ n }) => n);
}
