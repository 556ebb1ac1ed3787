import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTransaction } from '../../../src/database/transaction.ts';
import { behind, findCandidates } from '../../../src/deliveries/outbox/candidates.ts';
import { takeIn } from '../../../src/deliveries/outbox/take-in.ts';
import { freshOrdering } from '../../setup/ordering.ts';
import { enqueueRows } from '../../setup/outbox.ts';
import { addWebhook } from '../../setup/rows.ts';

test('very many of its key were committed late, with places before its own → they go 1,000 at a time, in their order', async (t) => {
  const { pool } = await freshOrdering(t);
  const { id: webhookId } = await addWebhook({ pool });
  const keys = ['k', 'k', 'other'];
  await enqueueRows(
    pool,
    Array.from({ length: 2400 }, (_one, i) => ({
      webhookId,
      payload: `${i}`,
      key: keys[i % 3] ?? 'k',
    })),
  );
  const after = await lastPlace();
  const own = ['k', 'other'].map((key) => ({ webhookId, payload: `own ${key}`, key }));
  await enqueueRows(pool, [...own, { webhookId, payload: 'without' }]);

  const steps = [];
  for (let step = 0; step < 4; step += 1) steps.push(await takeFrom(after));
  assert.deepEqual(steps, [
    { taken: 1001, isCut: true },
    { taken: 1000, isCut: true },
    { taken: 402, isCut: false },
    { taken: 0, isCut: false },
  ]);
  const { rows } = await pool.query(
    `select ordering_key as key, count(*)::integer, count(*) filter (where place < before)::integer
       as wrong, min(place) filter (where is_head) as head
     from (select *, case when payload like 'own%' then 2400 else payload::integer end as place,
         lag(case when payload like 'own%' then 2400 else payload::integer end) over (
           partition by ordering_key order by sequence) as before
       from deliveries where ordering_key is not null) as one
     group by 1 order by 1`,
  );
  assert.deepEqual(rows, [
    { key: 'k', count: 1601, wrong: 0, head: 0 },
    { key: 'other', count: 801, wrong: 0, head: 2 },
  ]);

  function takeFrom(place: number) {
    return inTransaction(pool, async (tx) => {
      const search = { after: behind(place), limit: 500, aside: { ids: [], keys: [] } };
      const takenIn = await takeIn(tx, await findCandidates(tx, search), []);
      const { jobs: _, accepted, held: _held, ...rest } = takenIn;
      assert.equal(accepted.length, rest.taken);
      return rest;
    });
  }

  async function lastPlace(): Promise<number> {
    const {
      rows: [row],
    } = await pool.query<{ last: number }>(
      'select max(outbox_place)::float8 as last from deliveries',
    );
    return row?.last ?? 0;
  }
});
