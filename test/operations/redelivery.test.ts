import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { findOperation, findUnderWay } from '../../src/operations/operation-store.ts';
import type { Status } from '../../src/deliveries/delivery.ts';
import type { RedeliveryFilter } from '../../src/operations/redelivery-filter.ts';
import { inTransaction, type Tx } from '../../src/database/transaction.ts';
import type { Begun } from '../../src/operations/operation.ts';
import { cancelOperation } from '../../src/operations/end-operation.ts';
import { redeliverSome } from '../../src/operations/redelivery-step.ts';
import { countRedelivery, createRedelivery } from '../../src/operations/redelivery.ts';
import { beginOperation, takeStep } from '../../src/operations/take-step.ts';
import { addDeliveryRows, addWebhookRows } from '../setup/rows.ts';
import { freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

const MOST = 500;

suite('a redelivery of many', { concurrency: 4 }, () => {
  test('failed ones of a webhook → pending in the outbox, once each, the oldest first', async (t) => {
    const parts = await freshWorkerQueue(t);
    const [one = '', other = ''] = await addWebhookRows(parts.pool, [{}, {}]);
    const failed = await add(parts, one, { count: 7, status: 'failed' });
    await add(parts, one, { count: 3, status: 'succeeded' });
    await add(parts, one, { count: 2, status: 'pending' });
    await add(parts, other, { count: 4, status: 'failed' });
    const id = await create(parts, { webhook_id: one });
    const ended = await runAll(parts, id, 3);
    assert.deepEqual([ended.state, ended.matched, ended.done, ended.skipped], ['done', 7, 7, 0]);
    assert.notEqual(ended.finished_at, null);
    assert.deepEqual(await pendingAgain(parts), failed);
    assert.deepEqual(await findUnderWay(parts.pool, 10), []);
  });

  test('what ends, is created or is redelivered after it began → does not belong to it', async (t) => {
    const parts = await freshWorkerQueue(t);
    const [webhook = ''] = await addWebhookRows(parts.pool, [{}]);
    const ids = await add(parts, webhook, { count: 4, status: 'failed' });
    const pending = await add(parts, webhook, { count: 1, status: 'pending' });
    const id = await create(parts, { webhook_id: webhook });
    assert.equal((await beginOperation(parts.pool, id))?.matched, 4);
    assert.equal(await beginOperation(parts.pool, id), undefined, 'it was begun twice');
    await parts.pool.query(
      `update deliveries set status = 'failed', updated_at = now() where id = any ($1::uuid[])`,
      [[...pending, ids[2]]],
    );
    await add(parts, webhook, { count: 2, status: 'failed', createdIn: 0 });
    await parts.pool.query(`delete from deliveries where id = $1`, [ids[3]]);
    const ended = await runAll(parts, id, MOST);
    assert.deepEqual([ended.matched, ended.done, ended.skipped], [4, 2, 2]);
    assert.deepEqual(await pendingAgain(parts), ids.slice(0, 2));
  });

  test('tests, removed payloads and hidden webhooks → are left out', async (t) => {
    const parts = await freshWorkerQueue(t);
    const [one = '', hidden = ''] = await addWebhookRows(parts.pool, [{}, {}]);
    const [isTest, hasNone, good = ''] = await add(parts, one, { count: 3, status: 'failed' });
    await add(parts, hidden, { count: 2, status: 'failed' });
    await parts.pool.query('update deliveries set test = true where id = $1', [isTest]);
    await parts.pool.query('update deliveries set payload_removed_at = now() where id = $1', [
      hasNone,
    ]);
    await parts.pool.query('update webhooks set deleted_at = now() where id = $1', [hidden]);
    const filter = { status: 'failed' } as const;
    assert.equal((await countRedelivery(parts.pool, filter)).matching, 1);
    const ended = await runAll(parts, await create(parts, filter), MOST);
    assert.deepEqual([ended.matched, ended.done], [1, 1]);
    assert.deepEqual(await pendingAgain(parts), [good]);
  });

  test('ids → each that can be is redelivered, and the others are counted as skipped', async (t) => {
    const parts = await freshWorkerQueue(t);
    const [webhook = ''] = await addWebhookRows(parts.pool, [{}]);
    const failed = await add(parts, webhook, { count: 5, status: 'failed' });
    const succeeded = await add(parts, webhook, { count: 1, status: 'succeeded' });
    const pending = await add(parts, webhook, { count: 1, status: 'pending' });
    const filter = { ids: [...failed, ...succeeded, ...pending, randomUUID()] };
    assert.equal((await countRedelivery(parts.pool, filter)).matching, 6);
    const ended = await runAll(parts, await create(parts, filter), 3);
    assert.deepEqual([ended.matched, ended.done, ended.skipped], [8, 6, 2]);
    assert.deepEqual(new Set(await pendingAgain(parts)), new Set([...failed, ...succeeded]));
  });

  const EVENT = randomUUID();
  const FILTERS: [title: string, filter: RedeliveryFilter, found: number][] = [
    ['failed ones of all webhooks', { status: 'failed' }, 6],
    ['succeeded ones', { status: 'succeeded' }, 2],
    ['a reason', { failed_reason: 'expired' }, 2],
    ['an event', { event_id: EVENT }, 2],
    ['an event, and those that succeeded', { event_id: EVENT, status: 'succeeded' }, 1],
    ['created from then on', { 'created_at.gte': '2026-01-03T00:00:00Z' }, 3],
    ['created before', { 'created_at.lt': '2026-01-03T00:00:00Z' }, 3],
    ['created before all', { 'created_at.lt': '-infinity' }, 0],
  ];
  for (const [title, filter, found] of FILTERS)
    test(`${title} → ${found} counted, ${found} redelivered`, async (t) => {
      const parts = await freshWorkerQueue(t);
      const [one = '', other = ''] = await addWebhookRows(parts.pool, [{}, {}]);
      const at = (day: number) => ({ createdAt: `2026-01-0${day}T00:00:00Z` });
      const failed = { webhookId: one, status: 'failed' } as const;
      const ids = await addDeliveryRows(parts.pool, [
        ...[1, 2, 3, 4].map((day) => ({ ...failed, ...at(day) })),
        ...[1, 5].map((day) => ({ ...failed, webhookId: other, ...at(day) })),
        ...[1, 2].map((day) => ({ ...failed, status: 'succeeded' as const, ...at(day) })),
      ]);
      await parts.pool.query(
        `update deliveries set failed_reason = 'expired' where id = any ($1::uuid[])`,
        [ids.slice(0, 2)],
      );
      await parts.pool.query('update deliveries set event_id = $2 where id = any ($1::uuid[])', [
        [ids[0], ids[4], ids[7]],
        EVENT,
      ]);
      assert.equal((await countRedelivery(parts.pool, filter)).matching, found);
      const ended = await runAll(parts, await create(parts, filter), 2);
      assert.deepEqual([ended.matched, ended.done], [found, found]);
    });

  test('a dry run → how many, from when to when, and the webhooks with most of them', async (t) => {
    const parts = await freshWorkerQueue(t);
    const [one = '', other = ''] = await addWebhookRows(parts.pool, [{}, {}]);
    const at = (day: number) => `2026-01-0${day}T00:00:00.000000Z`;
    const row = (webhookId: string, day: number) => {
      return { webhookId, status: 'failed' as const, createdAt: at(day) };
    };
    await addDeliveryRows(parts.pool, [row(one, 2), row(other, 1), row(other, 3)]);
    assert.deepEqual(await countRedelivery(parts.pool, { status: 'failed' }), {
      matching: 3,
      at_least: false,
      oldest: at(1),
      newest: at(3),
      by_webhook: [
        { webhook_id: other, matching: 2 },
        { webhook_id: one, matching: 1 },
      ],
    });
  });

  test('its rate → no more than a second is worth, and after that it waits', async (t) => {
    const parts = await freshWorkerQueue(t);
    const [webhook = ''] = await addWebhookRows(parts.pool, [{}]);
    await add(parts, webhook, { count: 30, status: 'failed' });
    const { id } = await createRedelivery(parts.pool, { webhook_id: webhook }, 10);
    await beginOperation(parts.pool, id);
    await parts.pool.query(`update operations set stepped_at = now() - interval '1 hour'`);
    const first = await takeStep(parts, id, MOST);
    assert.deepEqual([first?.operation.done, first?.operation.state], [10, 'running']);
    assert.ok((first?.waitMs ?? 0) >= 100, `${first?.waitMs} ms`);
    await parts.pool.query(`update operations set stepped_at = now() + interval '1 hour'`);
    const second = await takeStep(parts, id, MOST);
    assert.equal(second?.operation.done, 20, 'the clock was set back');
    assert.equal((await takeStep(parts, id, MOST))?.operation.done, 20, 'no more than a second');
  });

  test('cancelled between two steps → nothing more is made pending', async (t) => {
    const parts = await freshWorkerQueue(t);
    const [webhook = ''] = await addWebhookRows(parts.pool, [{}]);
    await add(parts, webhook, { count: 5, status: 'failed' });
    const id = await create(parts, { webhook_id: webhook });
    await beginOperation(parts.pool, id);
    await pay(parts);
    await takeStep(parts, id, 2);
    const cancelled = await cancelOperation(parts, id);
    assert.deepEqual([cancelled.state, cancelled.matched, cancelled.done], ['cancelled', 5, 2]);
    assert.equal(await takeStep(parts, id, 2), undefined);
    assert.equal((await pendingAgain(parts)).length, 2);
    await assert.rejects(cancelOperation(parts, id), /it is cancelled already/);
  });

  test('two workers take a step at once → one of them does, and the other goes on', async (t) => {
    const parts = await freshWorkerQueue(t);
    const [webhook = ''] = await addWebhookRows(parts.pool, [{}]);
    await add(parts, webhook, { count: 40, status: 'failed' });
    const id = await create(parts, { webhook_id: webhook });
    await beginOperation(parts.pool, id);
    await pay(parts);
    await Promise.all(Array.from({ length: 8 }, () => takeStep(parts, id, 5)));
    const { done } = await findOperation(parts.pool, id);
    assert.equal((await pendingAgain(parts)).length, done);
    const { rows } = await parts.pool.query('select from deliveries where redeliveries > 1');
    assert.equal(rows.length, 0);
  });

  test('more rows than a step looks at, of which few match → each of them is found', async (t) => {
    const parts = await freshWorkerQueue(t);
    const [webhook = ''] = await addWebhookRows(parts.pool, [{}]);
    await addMany(parts, webhook, 'n % 5000 = 0 or n = 10001');
    const filter = { webhook_id: webhook, failed_reason: 'expired' } as const;
    const ended = await runAll(parts, await create(parts, filter), MOST);
    assert.deepEqual([ended.matched, ended.done, ended.skipped], [3, 3, 0]);
  });

  test('rows go while a step looks at more than it may → none behind them is passed over', async (t) => {
    const parts = await freshWorkerQueue(t);
    const [webhook = ''] = await addWebhookRows(parts.pool, [{}]);
    await addMany(parts, webhook, 'n in (5001, 10001)');
    const filter = { webhook_id: webhook, failed_reason: 'expired' } as const;
    const begun = await beginOperation(parts.pool, await create(parts, filter));
    const removeTwo = () =>
      parts.pool.query(
        'delete from deliveries where id in (select id from deliveries order by created_at limit 2)',
      );
    let [done, place, isLast] = [0, null as Begun['place'], false];
    while (!isLast) {
      const step = await inTransaction(parts.pool, (tx) => {
        const query = async (text: string, values: unknown[]) => {
          const answer = await tx.query(text, values);
          await removeTwo();
          return answer;
        };
        const watched = { query, later: tx.later.bind(tx) } as unknown as Tx;
        const operation = { ...(begun as Begun), place };
        return redeliverSome({ tx: watched, queue: parts.queue }, operation, MOST);
      });
      ({ place, isLast } = step);
      done += step.done;
    }
    assert.equal(done, 2);
  });
});

/** 10,001 that failed before now, a millisecond apart: those that expired, and others. */
async function addMany({ pool }: WorkerQueue, webhookId: string, expired: string): Promise<void> {
  await pool.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       created_at, updated_at, failed_reason)
     select gen_random_uuid(), $1, '', at, 1, 'failed', at, at,
       case when ${expired} then 'expired' else 'attempts' end
     from generate_series(1, 10001) as n
     cross join lateral (select now() - interval '1 day' + n * interval '1 ms' as at) as times`,
    [webhookId],
  );
}

async function create(parts: WorkerQueue, filter: RedeliveryFilter): Promise<string> {
  return (await createRedelivery(parts.pool, filter, 1000)).id;
}

/** Deliveries that were created, and ended, before now. */
function add(
  { pool }: WorkerQueue,
  webhookId: string,
  { count, status, createdIn = -1 }: { count: number; status: Status; createdIn?: number },
): Promise<string[]> {
  return addDeliveryRows(
    pool,
    Array.from({ length: count }, (_one, i) => {
      return { webhookId, status, createdAt: createdIn + i / 1000 };
    }),
  );
}

/** Gives operations what their rates allow in a second. */
async function pay({ pool }: WorkerQueue): Promise<void> {
  await pool.query(`update operations set stepped_at = now() - interval '1 second'`);
}

async function runAll(parts: WorkerQueue, id: string, most: number) {
  await beginOperation(parts.pool, id);
  for (;;) {
    await pay(parts);
    const stepped = await takeStep(parts, id, most);
    if (stepped?.operation.state !== 'running') return findOperation(parts.pool, id);
  }
}

/** In the order in which they are taken in. */
async function pendingAgain({ pool }: WorkerQueue): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from deliveries where status = 'pending' and held_reason = 'outbox'
       and redeliveries = 1 order by outbox_place`,
  );
  return rows.map(({ id }) => id);
}
