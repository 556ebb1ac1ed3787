import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { ALL_WEBHOOKS } from '../../src/statistics/figures.ts';
import { isAnyOver, removeOver } from '../../src/statistics/remove.ts';
import { createStatisticsRemoval } from '../../src/upkeep/statistics.ts';
import { freshDatabase } from '../setup/database.ts';
import { numbered } from '../setup/rows.ts';

const WEBHOOKS = [1, 2, 3, 4, 5].map((number) => numbered('webhook', number));
const SIZE = { webhooks: 2, rows: 3 };

suite('statistics that are kept no longer', { concurrency: 4 }, () => {
  test('minutes of 30 days ago, hours of 400 days ago, and processes long gone → removed in steps, and nothing else', async (t) => {
    const { pool } = await freshDatabase(t);
    await addRows(pool);
    await pool.query(
      `insert into statistics_writers (id, batch, at)
       values (gen_random_uuid(), 1, now() - interval '25 hours'), (gen_random_uuid(), 2, now())`,
    );
    const round = createStatisticsRemoval(pool, SIZE);
    while ((await round()) === 'more');
    assert.deepEqual(await left(pool), { minutes: 6 * 2, hours: 6 * 2, over: 0, writers: 1 });
  });

  test('it ends halfway, wherever that is → the next round finds the rest', async (t) => {
    const { pool } = await freshDatabase(t);
    await addRows(pool);
    let after: string | undefined = ALL_WEBHOOKS;
    for (let steps = 1; after !== undefined; steps += 1) {
      const from: string = after;
      after = await inTransaction(pool, (tx) =>
        removeOver(tx, 'statistics_minutes', { after: from, size: SIZE }),
      );
      const { over } = await left(pool);
      assert.equal(await isAnyOver(pool, 'statistics_minutes'), over > 0, `after ${steps} steps`);
    }
    assert.equal((await left(pool)).over, 0);
  });

  test('two rounds side by side → the same comes of them', async (t) => {
    const { pool } = await freshDatabase(t);
    await addRows(pool);
    const rounds = [createStatisticsRemoval(pool, SIZE), createStatisticsRemoval(pool, SIZE)];
    await Promise.all(
      rounds.map(async (round) => {
        while ((await round()) === 'more');
      }),
    );
    const { minutes, hours, over } = await left(pool);
    assert.deepEqual({ minutes, hours, over }, { minutes: 6 * 2, hours: 6 * 2, over: 0 });
  });
});

/** For each webhook and for all together: two rows that are kept, and more that are over. */
async function addRows(pool: Pool): Promise<void> {
  for (const id of [ALL_WEBHOOKS, ...WEBHOOKS]) {
    await pool.query(
      `insert into statistics_minutes (webhook_id, at, accepted)
       select $1, date_trunc('minute', now()) - age, 1
       from unnest('{1 minute, 29 days 23:00, 30 days 00:02, 30 days 00:03, 31 days, 32 days}'
         ::interval[]) as age`,
      [id],
    );
    await pool.query(
      `insert into statistics_hours (webhook_id, at, accepted)
       select $1, date_trunc('hour', now()) - age, 1
       from unnest('{1 hour, 399 days, 402 days, 403 days}'::interval[]) as age`,
      [id],
    );
  }
}

/** `over`: minutes that are to go. */
async function left(pool: Pool) {
  const { rows } = await pool.query(
    `select (select count(*) from statistics_minutes)::integer as minutes,
       (select count(*) from statistics_hours)::integer as hours,
       (select count(*) from statistics_minutes where at < now() - interval '30 days')::integer
         as over,
       (select count(*) from statistics_writers)::integer as writers`,
  );
  return rows[0] as { minutes: number; hours: number; over: number; writers: number };
}
