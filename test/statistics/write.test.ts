import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { ALL_WEBHOOKS } from '../../src/statistics/figures.ts';
import { Recorder, type Minute } from '../../src/statistics/recorder.ts';
import { flush, writeBatch } from '../../src/statistics/write.ts';
import { freshDatabase } from '../setup/database.ts';
import { addWebhookRows, numbered } from '../setup/rows.ts';

const [FIRST, SECOND] = [numbered('webhook', 1), numbered('webhook', 2)];

suite('writing statistics', { concurrency: 4 }, () => {
  test('two processes count the same minutes → their counts are added, by minute and by hour', async (t) => {
    const { pool } = await freshDatabase(t);
    await addWebhookRows(pool, [{ id: FIRST }, { id: SECOND }]);
    const recorders = [new Recorder(), new Recorder()];
    for (const recorder of recorders) {
      recorder.note(FIRST, 'accepted');
      recorder.attempted(SECOND, 'succeeded', 7);
    }
    await Promise.all(recorders.map((one) => flush(pool, one)));
    recorders[0]?.note(FIRST, 'held');
    await Promise.all(recorders.map((one) => flush(pool, one)));
    const second = { attempts: 2, succeeded: 2, ms_10: 2 };
    const expected = {
      [ALL_WEBHOOKS]: { accepted: 2, held: 1, ...second },
      [FIRST]: { accepted: 2, held: 1 },
      [SECOND]: second,
    };
    for (const table of ['statistics_minutes', 'statistics_hours'] as const)
      assert.deepEqual(await countsIn(pool, table), expected, table);
  });

  test('a batch comes again, as its answer was lost → it is added once', async (t) => {
    const { pool } = await freshDatabase(t);
    await addWebhookRows(pool, [{ id: FIRST }]);
    const minute: Minute = { ageSeconds: 0, counts: [[FIRST, { accepted: 3 }]] };
    const batch = { writer: randomUUID(), number: 1, minutes: [minute] };
    for (let time = 0; time < 2; time += 1)
      await inTransaction(pool, (tx) => writeBatch(tx, batch));
    await inTransaction(pool, (tx) => writeBatch(tx, { ...batch, number: 2 }));
    assert.deepEqual(await countsIn(pool, 'statistics_minutes'), { [FIRST]: { accepted: 6 } });
  });

  test('writing fails → what was counted is kept, and written with the next flush', async (t) => {
    const { pool } = await freshDatabase(t);
    await addWebhookRows(pool, [{ id: FIRST }]);
    const recorder = new Recorder();
    recorder.note(FIRST, 'accepted');
    await pool.query('alter table statistics_hours rename to misplaced');
    await assert.rejects(flush(pool, recorder), { code: '42P01' });
    await pool.query('alter table misplaced rename to statistics_hours');
    recorder.note(FIRST, 'accepted');
    await flush(pool, recorder);
    const { rows } = await pool.query(
      'select sum(accepted)::integer as accepted from statistics_hours where webhook_id = $1',
      [FIRST],
    );
    assert.deepEqual(rows, [{ accepted: 2 }]);
  });

  test('a process whose clock is a year ahead → it writes into this minute of the database, or the next', async (t) => {
    const { pool } = await freshDatabase(t);
    const startedAt = Date.now() + 365 * 24 * 3600 * 1000 - performance.now();
    const recorder = new Recorder({ now: () => performance.now(), startedAt });
    for (let time = 0; time < 2; time += 1) {
      recorder.note(randomUUID(), 'accepted');
      await flush(pool, recorder);
    }
    const { rows } = await pool.query(
      `select bool_and(at between now() - interval '2 minutes' and now() + interval '1 minute')
         as near from statistics_minutes`,
    );
    assert.equal(rows[0]?.near, true);
  });

  test('a webhook is gone, or being removed → its counts are among those of all only', async (t) => {
    const { pool } = await freshDatabase(t);
    await addWebhookRows(pool, [{ id: FIRST }]);
    await pool.query('update webhooks set deleted_at = now()');
    const recorder = new Recorder();
    recorder.note(FIRST, 'accepted');
    recorder.note(SECOND, 'accepted');
    await flush(pool, recorder);
    assert.deepEqual(await countsIn(pool, 'statistics_hours'), { [ALL_WEBHOOKS]: { accepted: 2 } });
  });
});

/** What was counted of each webhook, whatever the minute was. */
async function countsIn(pool: Pool, table: 'statistics_minutes' | 'statistics_hours') {
  const { rows } = await pool.query<Record<string, unknown>>(`select * from ${table}`);
  const counts: Record<string, Record<string, number>> = {};
  for (const { webhook_id, at: _, ...row } of rows) {
    const sums = (counts[String(webhook_id)] ??= {});
    for (const [name, count] of Object.entries(row))
      if (typeof count === 'number') sums[name] = (sums[name] ?? 0) + count;
  }
  return counts;
}
