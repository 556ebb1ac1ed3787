import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { inTransaction } from '../../../src/database/transaction.ts';
import { Acceptor } from '../../../src/deliveries/accepting/accept.ts';
import type { Accepted } from '../../../src/deliveries/accepting/accepted.ts';
import { lockKeys } from '../../../src/deliveries/order/ordering-key.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { freshOrdering, lineOf } from '../../setup/ordering.ts';
import { lockRow } from '../../setup/row-lock.ts';
import { addWebhook } from '../../setup/rows.ts';
import { count } from '../../setup/tables.ts';
import { until } from '../../setup/until.ts';

suite('accepting with an ordering key', { concurrency: 4 }, () => {
  test('one after the other → the first is the head and has the job, the others are held as ordered', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order);
    const [a, b, c] = await order.accept(webhook, 'k', 'a', 'b', 'c');
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: pending head job',
      'b: pending ordered',
      'c: pending ordered',
    ]);
    assert.deepEqual(
      [a, b, c].map((one) => [one?.ordering_key, one?.held_reason]),
      [
        ['k', null],
        ['k', 'ordered'],
        ['k', 'ordered'],
      ],
    );
    assert.ok((a?.sequence ?? 0) < (b?.sequence ?? 0) && (b?.sequence ?? 0) < (c?.sequence ?? 0));
  });

  test('without a key → no sequence, and a job each', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order);
    const all = await order.accept(webhook, undefined, 'a', 'b');
    assert.deepEqual(
      all.map(({ ordering_key, sequence, held_reason }) => [ordering_key, sequence, held_reason]),
      [
        [null, null, null],
        [null, null, null],
      ],
    );
    assert.equal(await count(order.pool, 'postmand_queue.job'), 2);
  });

  test('other keys, and the same key of another webhook → a head each', async (t) => {
    const order = await freshOrdering(t);
    const [one, other] = [await addWebhook(order), await addWebhook(order)];
    await order.accept(one, 'k', 'a');
    await order.accept(one, 'l', 'b');
    await order.accept(other, 'k', 'c');
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: pending head job', 'c: pending head job']);
    assert.deepEqual(await lineOf(order.pool, 'l'), ['b: pending head job']);
  });

  test('several drafts of one caller, with keys and without, more text than a statement takes → the order of the drafts', async (t) => {
    const { acceptor, pool, ...order } = await freshOrdering(t);
    const { id: webhookId } = await addWebhook({ pool, ...order });
    const drafts = Array.from({ length: 9 }, (_one, i) => ({
      webhookId,
      payload: `${i}`.padEnd(600_000),
      ...(i % 3 === 2 ? {} : { orderingKey: 'k' }),
    }));
    const results = await acceptor.accept(drafts);
    assert.deepEqual(
      results.map((result) => stored(result).payload.trim()),
      drafts.map((_draft, i) => `${i}`),
    );
    const { rows } = await pool.query<{ payload: string; is_head: boolean }>(
      `select trim(payload) as payload, is_head from deliveries
       where ordering_key is not null order by sequence`,
    );
    assert.deepEqual(
      rows.map(({ payload }) => payload),
      ['0', '1', '3', '4', '6', '7'],
    );
    assert.deepEqual(
      rows.map(({ is_head }) => is_head),
      [true, false, false, false, false, false],
    );
    assert.equal(await count(pool, 'postmand_queue.job'), 4);
  });

  test('two servers, many callers at once → one head, and nobody who was answered comes behind one who called later', async (t) => {
    const order = await freshOrdering(t);
    const { pool } = order;
    const webhook = await addWebhook(order);
    const another = new Acceptor({ ...order, metrics: createMetrics() });
    const spans: { sequence: number; from: number; to: number }[] = [];
    await Promise.all(
      Array.from({ length: 16 }, async (_one, caller) => {
        for (let i = 0; i < 10; i += 1) {
          const from = performance.now();
          const draft = { webhookId: webhook.id, payload: 'x', orderingKey: 'k' };
          const [result] = await (caller % 2 ? order.acceptor : another).accept([draft]);
          spans.push({ sequence: stored(result).sequence ?? 0, from, to: performance.now() });
        }
      }),
    );
    const heads = (await lineOf(pool, 'k')).map((words) => words.includes('head'));
    assert.deepEqual([heads.length, heads.indexOf(true), heads.lastIndexOf(true)], [160, 0, 0]);
    for (const one of spans)
      for (const later of spans.filter(({ from }) => from > one.to))
        assert.ok(one.sequence < later.sequence);
  });

  test('somebody else made a head at the same moment → tried again, and held behind it', async (t) => {
    const order = await freshOrdering(t);
    const { pool } = order;
    const webhook = await addWebhook(order);
    const [other] = await order.accept(webhook, undefined, 'other');
    const client = await pool.connect();
    await client.query('begin');
    await client.query(
      `update deliveries set ordering_key = 'k', sequence = 1, is_head = true where id = $1`,
      [other?.id],
    );
    const accepting = order.accept(webhook, 'k', 'b');
    await until('it waits for the index', async () => (await waiting(order)) > 0);
    await client.query('commit');
    client.release();
    await accepting;
    assert.deepEqual(await lineOf(pool, 'k'), ['other: pending head job', 'b: pending ordered']);
  });

  test('the head of a caller whose other draft has no webhook is taken back → the next caller’s becomes the head', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    const keyed = (payload: string) => ({ webhookId, payload, orderingKey: 'k' });
    const unlock = await lockKey(order, webhookId);
    // The first two fill both lanes, so that the others share a transaction.
    const first = [order.acceptor.accept([]), order.acceptor.accept([])];
    const lanes = ['x', 'y'].map((payload) =>
      order.acceptor.accept([{ ...keyed(payload), orderingKey: payload }]),
    );
    const blocked = order.acceptor.accept([keyed('a'), { ...keyed('b'), webhookId: randomUUID() }]);
    const behind = order.acceptor.accept([keyed('c')]);
    await unlock();
    await Promise.all([...first, ...lanes]);
    assert.deepEqual(
      (await blocked).map(({ kind }) => kind),
      ['stored', 'webhook_missing'],
    );
    assert.equal(stored((await behind)[0]).held_reason, null);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['c: pending head job', 'a: pending ordered']);
  });

  test('somebody removes the webhook → callers of other webhooks do not wait, whatever their keys', async (t) => {
    const order = await freshOrdering(t);
    const [locked, other] = [await addWebhook(order), await addWebhook(order)];
    const release = await lockRow(t, order, { table: 'webhooks', id: locked.id });
    const held = order.accept(locked, 'k', 'a');
    await until('it waits for the row', async () => (await waiting(order)) > 0);
    await Promise.all(
      Array.from({ length: 300 }, (_one, i) => order.accept(other, `key ${i}`, 'b')),
    );
    await release();
    await held;
    assert.equal(await count(order.pool, 'deliveries'), 301);
  });

  test('the transaction fails → nothing of it is there, and the next one is the head', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    const drafts = ['a', 'NUL \0'].map((payload) => ({ webhookId, payload, orderingKey: 'k' }));
    await assert.rejects(order.acceptor.accept(drafts));
    assert.deepEqual(await lineOf(order.pool, 'k'), []);
    const [draft] = drafts;
    if (draft) await order.acceptor.accept([draft]);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: pending head job']);
  });
});

type Order = Awaited<ReturnType<typeof freshOrdering>>;

function stored(result: Accepted) {
  assert.equal(result.kind, 'stored');
  return result.delivery;
}

/** How many connections wait for a lock. */
async function waiting({ pool }: Order): Promise<number> {
  const { rows } = await pool.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length;
}

/** Holds the keys `x` and `y`, until the result is called. */
async function lockKey({ pool }: Order, webhookId: string): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = inTransaction(pool, async (tx) => {
    await lockKeys(
      tx,
      ['x', 'y'].map((key) => ({ webhookId, key })),
      'alone',
    );
    locked.resolve();
    await promise;
  });
  await locked.promise;
  return async () => {
    resolve();
    await holding;
  };
}
