import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inTransaction } from '../../src/database/transaction.ts';
import type { LookedAt } from '../../src/deliveries/erasing/carrying.ts';
import { makePending } from '../../src/deliveries/redelivering/make-pending.ts';
import { findToSend } from '../../src/deliveries/sendable.ts';
import { findOperation } from '../../src/operations/operation-store.ts';
import { cut } from '../../src/operations/cut.ts';
import { countErasure, createErasure } from '../../src/operations/erasure.ts';
import { beginOperation, takeStep } from '../../src/operations/take-step.ts';
import type { Metadata } from '../../src/webhooks/metadata.ts';
import { assertErased, rowsOf } from '../faults/erasure-oracle.ts';
import { addAttemptRows, addWebhook } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

const PAIRS = { customer: '42', region: 'north' };

suite('an erasure', { concurrency: 4 }, () => {
  for (const size of [1, 500])
    test(`deliveries and webhooks that carry all pairs, ${size} a step → nothing of them is left, and nothing else has changed`, async (t) => {
      const parts = await freshWorkerQueue(t);
      const plain = await addWebhook(parts, { ordering_on_failure: 'block' });
      const carrying = await addWebhook(parts, { metadata: { ...PAIRS, tier: 'gold' } });
      const other = await addWebhook(parts, { metadata: { customer: '42' } });
      for (const { id } of [plain, carrying, other])
        for (const metadata of [null, PAIRS, { ...PAIRS, x: '1' }, { customer: '42' }])
          await addEach(parts, id, metadata);
      const before = await rowsOf(parts.pool, PAIRS);
      const counted = await countErasure(parts.pool, PAIRS);
      const belonging = before.filter(({ carries }) => carries);
      const pending = belonging.filter(({ delivery }) => delivery['status'] === 'pending');
      assert.deepEqual(counted, {
        matching: belonging.length,
        pending: pending.length,
        events: 0,
        at_least: false,
      });
      const ended = await runAll(parts, size);
      assert.deepEqual(
        [ended.state, ended.matched, ended.done, ended.skipped],
        ['done', belonging.length, belonging.length, 0],
      );
      await assertErased(parts.pool, PAIRS, before);
      const again = await runAll(parts, 500);
      assert.deepEqual([again.done, again.skipped], [0, belonging.length]);
      await assertErased(parts.pool, PAIRS, before);
    });

  test('the head of a key is erased → the next one of the key has its turn, with a job', async (t) => {
    const parts = await freshWorkerQueue(t);
    const { id: webhookId } = await addWebhook(parts, { ordering_on_failure: 'block' });
    const [head = '', next = ''] = await addRows(parts, webhookId, [
      { status: 'pending', key: 'k', metadata: PAIRS },
      { status: 'pending', key: 'k', metadata: null },
    ]);
    await parts.pool.query(
      `update deliveries set sequence = nextval('delivery_sequence'), is_head = id = $1,
         held_reason = case when id <> $1 then 'ordered' end,
         parked_at = case when id <> $1 then now() end`,
      [head],
    );
    const claim = await parts.claimOf(webhookId, head);
    await runAll(parts, 500);
    const { rows } = await parts.pool.query(
      'select is_head, held_reason, status from deliveries where id = $1',
      [next],
    );
    assert.deepEqual(rows, [{ is_head: true, held_reason: null, status: 'pending' }]);
    // What its worker has claimed has nothing left to send.
    assert.equal(await findToSend(parts.pool, claim.deliveryId), undefined);
  });

  test('a redelivery makes one pending while a step waits for it → it has failed, and sends nothing', async (t) => {
    const parts = await freshWorkerQueue(t);
    const { id: webhookId } = await addWebhook(parts, {});
    const [id = ''] = await addRows(parts, webhookId, [
      { status: 'succeeded', key: null, metadata: PAIRS },
    ]);
    const operation = await createErasure(parts.pool, PAIRS);
    await beginOperation(parts.pool, operation.id);
    // No event is to be stopped.
    await takeStep(parts, operation.id, 500);
    let step: Promise<unknown> | undefined;
    await inTransaction(parts.pool, async (tx) => {
      await makePending(tx, [id], null);
      step = takeStep(parts, operation.id, 500);
      await until('the step waits', async () => {
        const { rowCount } = await parts.pool.query(
          `select from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rowCount === 1;
      });
    });
    await step;
    const { rows } = await parts.pool.query(
      'select status, failed_reason, payload from deliveries where id = $1',
      [id],
    );
    assert.deepEqual(rows, [{ status: 'failed', failed_reason: 'erased', payload: '' }]);
    assert.deepEqual(await inTransaction(parts.pool, (tx) => makePending(tx, [id], null)), []);
  });
});

suite('how much of what was looked at a step takes', () => {
  const row = (id: string, bytes = 1, belongs = true): LookedAt => {
    return { created_at: 't', id, belongs, pending: false, bytes };
  };
  const MIB = 1024 * 1024;
  const CASES: [
    what: string,
    looked: LookedAt[],
    ids: string,
    after: string | undefined,
    isAll: boolean,
  ][] = [
    ['nothing', [], '', undefined, true],
    ['fewer than it may', [row('a'), row('b', 1, false)], 'a', 'b', true],
    [
      'as many as it may, and others behind',
      [row('a'), row('b'), row('c', 1, false)],
      'ab',
      'c',
      false,
    ],
    ['more than it may', [row('a'), row('b'), row('c')], 'ab', 'b', false],
    ['a large payload alone', [row('a', 64 * MIB), row('b')], 'a', 'a', false],
    ['a large payload behind', [row('a'), row('b', 16 * MIB)], 'a', 'a', false],
  ];
  for (const [what, looked, ids, after, isAll] of CASES)
    test(`${what} → ${ids || 'none'}`, () => {
      const taken = cut(looked, 2, 3);
      assert.deepEqual([taken.ids.join(''), taken.after?.id, taken.isAll], [ids, after, isAll]);
    });
});

type Given = { status: string; key: string | null; metadata: Metadata | null };

async function addRows({ pool }: WorkerQueue, webhookId: string, rows: Given[]): Promise<string[]> {
  const { rows: added } = await pool.query<{ id: string }>(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       metadata, ordering_key, created_at, updated_at)
     select gen_random_uuid(), $1, 'a payload', now(), 1, status, nullif(metadata, 'null'), key,
       now() - interval '1 day', now() - interval '1 day'
     from jsonb_to_recordset($2) as row (status text, key text, metadata jsonb)
     returning id`,
    [webhookId, JSON.stringify(rows)],
  );
  return added.map(({ id }) => id);
}

/** A delivery in each state, with an attempt. */
async function addEach(parts: WorkerQueue, webhookId: string, metadata: Metadata | null) {
  const { pool } = parts;
  const states = ['succeeded', 'failed', 'pending', 'pending', 'pending', 'pending', 'failed'];
  const ids = await addRows(
    parts,
    webhookId,
    states.map((status) => ({ status, key: null, metadata })),
  );
  await addAttemptRows(
    pool,
    ids.map((deliveryId) => ({ webhookId, deliveryId, success: false })),
  );
  const [, , due = '', held, waiting, test, without] = ids;
  await pool.query(`update delivery_attempts set error = 'an error' where delivery_id = $1`, [due]);
  await parts.claimOf(webhookId, due);
  await pool.query(
    `update deliveries set held_reason = 'endpoint_paused', parked_at = now() where id = $1`,
    [held],
  );
  await pool.query(
    `update deliveries set held_reason = 'outbox', parked_at = now(),
       outbox_place = nextval('outbox_places') where id = $1`,
    [waiting],
  );
  await pool.query('update deliveries set test = true where id = $1', [test]);
  await pool.query(`update deliveries set payload = '', payload_removed_at = now() where id = $1`, [
    without,
  ]);
}

async function runAll(parts: WorkerQueue, size: number) {
  const { id } = await createErasure(parts.pool, PAIRS);
  await beginOperation(parts.pool, id);
  for (;;) {
    const stepped = await takeStep(parts, id, size);
    if (stepped?.operation.state !== 'running') return findOperation(parts.pool, id);
  }
}
