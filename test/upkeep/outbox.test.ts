import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Queryable } from '../../src/database/pool.ts';
import { createOrderRepair } from '../../src/upkeep/order.ts';
import { expireHeld } from '../../src/upkeep/expire.ts';
import { Outbox } from '../../src/upkeep/outbox.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { hideWebhook } from '../../src/webhooks/webhook-store.ts';
import { countWaiting, enqueueRows } from '../setup/outbox.ts';
import { freshOrdering, lineOf, type Ordering } from '../setup/ordering.ts';
import { keepingLog } from '../setup/parts.ts';
import { addWebhook, expireIn } from '../setup/rows.ts';
import { lockRow } from '../setup/row-lock.ts';
import { until } from '../setup/until.ts';

suite('taking in what waits in the outbox', { concurrency: 4 }, () => {
  test('deliveries without a key → each has a job, and is shown as before', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    await enqueueRows(order.pool, [
      { webhookId, payload: 'a' },
      { webhookId, payload: 'b', inSeconds: 100 },
    ]);
    assert.equal(await takeAll(order), 1);
    assert.deepEqual(await linesOf(order.pool), ['a: job', 'b: job']);
    assert.equal(await countWaiting(order.pool), 0);
    const { rows } = await order.pool.query(
      `select round(extract(epoch from start_after - now()) / 10)::integer as tens
       from postmand_queue.job order by start_after`,
    );
    assert.deepEqual(
      rows.map(({ tens }) => tens),
      [0, 10],
    );
  });

  test('its webhook is inactive, paused or failing, or it is due later → held for that', async (t) => {
    const order = await freshOrdering(t);
    const inactive = await addWebhook(order, { active: false });
    const [paused, failing, later] = [
      await addWebhook(order),
      await addWebhook(order),
      await addWebhook(order),
    ];
    await order.pool.query(
      `insert into webhook_states (webhook_id, state, paused_until)
       values ($1, 'healthy', 'infinity'), ($2, 'failing', null)`,
      [paused.id, failing.id],
    );
    await enqueueRows(order.pool, [
      { webhookId: inactive.id, payload: 'a' },
      { webhookId: paused.id, payload: 'b', key: 'k' },
      { webhookId: failing.id, payload: 'c' },
      { webhookId: later.id, payload: 'd', inSeconds: 3600 },
    ]);
    await takeAll(order);
    assert.deepEqual(await linesOf(order.pool), [
      'a: webhook_inactive',
      'b: head endpoint_paused',
      'c: endpoint_failing',
      'd: later',
    ]);
  });

  test('deliveries of a key → the first is its head, and the others follow in the order of their places', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    const enqueue = (...payloads: string[]) =>
      enqueueRows(
        order.pool,
        payloads.map((payload) => ({ webhookId, payload, key: 'k' })),
      );
    await enqueue('a', 'b');
    await takeAll(order);
    await enqueue('c', 'd');
    await takeAll(order);
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: pending head job',
      'b: pending ordered',
      'c: pending ordered',
      'd: pending ordered',
    ]);
    await order.end(200);
    assert.deepEqual((await lineOf(order.pool, 'k')).slice(0, 2), [
      'a: succeeded',
      'b: pending head job',
    ]);
  });

  test('one comes by the API behind what waits in the outbox → it waits there too, in that order', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order);
    await order.accept(webhook, 'k', 'a');
    await enqueueRows(order.pool, [{ webhookId: webhook.id, payload: 'b', key: 'k' }]);
    const [c] = await order.accept(webhook, 'k', 'c');
    const [other] = await order.accept(webhook, 'other', 'x');
    assert.deepEqual([c?.held_reason, c?.sequence], [null, null]);
    assert.equal(typeof other?.sequence, 'number');
    await takeAll(order);
    await order.accept(webhook, 'k', 'd');
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: pending head job',
      'b: pending ordered',
      'c: pending ordered',
      'd: pending ordered',
    ]);
  });

  test('its head ends, or its keys are repaired, while others wait in the outbox → none becomes head before it is taken in', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order);
    await order.accept(webhook, 'k', 'a');
    await enqueueRows(order.pool, [
      { webhookId: webhook.id, payload: 'b', key: 'k' },
      { webhookId: webhook.id, payload: 'c', key: 'l' },
    ]);
    await order.end(200);
    const log = keepingLog();
    await createOrderRepair({ ...order, log })();
    assert.deepEqual(log.lines, []);
    assert.deepEqual(await linesOf(order.pool), ['a: succeeded', 'b: outbox', 'c: outbox']);
    await takeAll(order);
    assert.deepEqual(await linesOf(order.pool), ['a: succeeded', 'b: head job', 'c: head job']);
  });

  test('one of a key was committed late, with a place before what was taken in → it comes next', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    const client = await order.pool.connect();
    await client.query('begin');
    await enqueueRows(client, [{ webhookId, payload: 'late', key: 'k' }]);
    await enqueueRows(order.pool, [{ webhookId, payload: 'a', key: 'k' }]);
    await takeAll(order);
    await client.query('commit');
    client.release();
    await enqueueRows(order.pool, [{ webhookId, payload: 'b', key: 'k' }]);
    await takeAll(order);
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: pending head job',
      'late: pending ordered',
      'b: pending ordered',
    ]);
  });

  test('somebody has locked a delivery → it stays with those behind it in its key, and the others go', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    const [, locked] = await enqueueRows(order.pool, [
      { webhookId, payload: 'a', key: 'k' },
      { webhookId, payload: 'b', key: 'k' },
      { webhookId, payload: 'c', key: 'k' },
      { webhookId, payload: 'd' },
    ]);
    const unlock = await lockRow(t, order, { table: 'deliveries', id: locked as string });
    await takeAll(order);
    assert.deepEqual(await linesOf(order.pool), [
      'a: head job',
      'b: outbox',
      'c: outbox',
      'd: job',
    ]);
    await unlock();
    await takeAll(order);
    assert.deepEqual(await linesOf(order.pool), [
      'a: head job',
      'b: ordered',
      'c: ordered',
      'd: job',
    ]);
  });

  test('what has ended, and what a hidden webhook has → loses its place, and is left as it is', async (t) => {
    const order = await freshOrdering(t);
    const [{ id: webhookId }, hidden] = [await addWebhook(order), await addWebhook(order)];
    const [ended] = await enqueueRows(order.pool, [
      { webhookId, payload: 'a', key: 'k' },
      { webhookId: hidden.id, payload: 'b' },
      { webhookId, payload: 'c', key: 'k' },
    ]);
    await order.pool.query(
      `update deliveries set status = 'failed', held_reason = null, parked_at = null where id = $1`,
      [ended],
    );
    await order.commit((tx) => hideWebhook(tx, hidden.id));
    await takeAll(order);
    assert.deepEqual(await linesOf(order.pool), ['a: failed', 'b: outbox', 'c: head job']);
    assert.equal(await countWaiting(order.pool), 0);
  });

  test('a worker of version 2.1 has released some → they lose their places, and get their sequence', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    await enqueueRows(order.pool, [
      { webhookId, payload: 'a', key: 'k' },
      { webhookId, payload: 'b', key: 'k' },
      { webhookId, payload: 'c' },
    ]);
    await order.pool.query(
      `update deliveries set held_reason = null, parked_at = null where payload <> 'a'`,
    );
    await takeAll(order);
    assert.deepEqual(await linesOf(order.pool), ['a: head job', 'b:', 'c:']);
    const { rows } = await order.pool.query(
      `select count(*)::integer as n from deliveries where outbox_place is null
         and (sequence is not null) = (ordering_key is not null)`,
    );
    assert.deepEqual(rows, [{ n: 3 }]);
  });

  test('its time is over → it is taken in before it ends', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order, { active: false });
    await enqueueRows(order.pool, [{ webhookId, payload: 'a', key: 'k' }]);
    await expireIn(order.pool, -1);
    const parts = { ...order, metrics: createMetrics() };
    await expireHeld(parts);
    assert.deepEqual(await linesOf(order.pool), ['a: outbox']);
    await takeAll(order);
    await expireHeld(parts);
    assert.deepEqual(await linesOf(order.pool), ['a: failed']);
  });

  test('more than the window of a webhook → it is filled, and the rest is its backlog; another one gets all', async (t) => {
    const order = await freshOrdering(t);
    const [{ id: many }, { id: few }] = [await addWebhook(order), await addWebhook(order)];
    const limited = await addWebhook(order, { max_concurrency: 1 });
    await enqueueRows(order.pool, [
      ...rowsOf(many, 700),
      ...rowsOf(limited.id, 120),
      ...rowsOf(few, 30),
    ]);
    await takeAll(order, 600);
    await enqueueRows(order.pool, rowsOf(many, 100));
    await takeAll(order, 600);
    const { rows } = await order.pool.query(
      `select webhook_id as id, held_reason as reason, count(*)::integer
       from deliveries group by 1, 2 order by 3`,
    );
    assert.deepEqual(rows, [
      { id: few, reason: null, count: 30 },
      { id: limited.id, reason: null, count: 50 },
      { id: limited.id, reason: 'backlog', count: 70 },
      { id: many, reason: 'backlog', count: 200 },
      { id: many, reason: null, count: 600 },
    ]);
    const states = await order.pool.query(
      'select webhook_id from webhook_states where over_window and wake_at <= now()',
    );
    assert.equal(states.rowCount, 2);
  });

  test('more than the window of a webhook, of one key → they have one job, and nothing is its backlog', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    const rows = rowsOf(webhookId, 1200).map((row) => ({ ...row, key: 'k' }));
    await enqueueRows(order.pool, rows);
    await takeAll(order, 600);
    await enqueueRows(order.pool, [{ webhookId, payload: 'without' }]);
    await takeAll(order, 600);
    const { rowCount: jobs } = await order.pool.query('select from postmand_queue.job');
    const { rowCount: flagged } = await order.pool.query(
      'select from webhook_states where over_window',
    );
    assert.deepEqual({ jobs, flagged }, { jobs: 2, flagged: 0 });
  });

  test('two at once → each delivery is taken in once, and every key keeps its order', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    const enqueue = (from: number) =>
      enqueueRows(
        order.pool,
        Array.from({ length: 300 }, (_one, i) => ({
          webhookId,
          payload: `${from + i}`,
          key: `key ${i % 7}`,
        })),
      );
    const both = [outboxOf(order), outboxOf(order), outboxOf(order)];
    for (let from = 0; from < 1500; from += 300) {
      await enqueue(from);
      await Promise.all(both.map((outbox) => outbox.round()));
    }
    while ((await countWaiting(order.pool)) > 0) await takeAll(order);
    const { rows } = await order.pool.query(
      `select count(distinct sequence)::integer as sequences,
         count(*) filter (where is_head)::integer as heads,
         count(*) filter (where payload::integer < before)::integer as wrong,
         (select count(*)::integer from postmand_queue.job) as jobs
       from (select *, lag(payload::integer) over (
           partition by ordering_key order by sequence) as before
         from deliveries) as one`,
    );
    assert.deepEqual(rows, [{ sequences: 1500, heads: 7, wrong: 0, jobs: 7 }]);
  });

  test('one webhook has more than a round takes in → what others have does not wait for it', async (t) => {
    const order = await freshOrdering(t);
    const [{ id: many }, { id: few }] = [await addWebhook(order), await addWebhook(order)];
    const outbox = outboxOf(order);
    await enqueueRows(order.pool, [{ webhookId: few, payload: 'before' }]);
    await outbox.round();
    await enqueueRows(order.pool, rowsOf(many, 11_000));
    await enqueueRows(order.pool, [
      { webhookId: few, payload: 'a', key: 'k' },
      { webhookId: few, payload: 'b', key: 'k' },
      { webhookId: few, payload: 'c' },
    ]);
    assert.equal(await outbox.round(), 'more');
    assert.equal(await outbox.round(), 'more');
    const { rows } = await order.pool.query(
      `select payload from deliveries
       where webhook_id = $1 and outbox_place is null order by sequence, payload`,
      [few],
    );
    assert.deepEqual(
      rows.map(({ payload }) => payload),
      ['a', 'b', 'before', 'c'],
    );
    assert.ok((await countWaiting(order.pool)) > 0);
  });

  test('a row that cannot be taken in → told, and left out with its key; all others go', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    await refuseBad(order.pool);
    const [, , bad] = await enqueueRows(order.pool, [
      ...rowsOf(webhookId, 2),
      { webhookId, payload: 'bad', key: 'k' },
      { webhookId, payload: 'behind', key: 'k' },
      { webhookId, payload: 'other', key: 'l' },
      ...rowsOf(webhookId, 30),
    ]);
    const log = keepingLog();
    const outbox = outboxOf(order, { log });
    for (let round = 0; round < 10; round += 1) await outbox.round();
    assert.equal(await countWaiting(order.pool), 2);
    const told = log.lines.filter(({ level }) => level === 'warn');
    assert.deepEqual(
      told.map(({ event, fields }) => [event, fields['delivery_id']]),
      [['outbox.row_failed', bad]],
    );
  });

  test('more rows than are left out cannot be taken in → those behind them are', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    await refuseBad(order.pool);
    const bad = Array.from({ length: 120 }, () => ({ webhookId, payload: 'bad' }));
    await enqueueRows(order.pool, [...bad, ...rowsOf(webhookId, 30)]);
    const outbox = outboxOf(order);
    await until('the others are taken in', async () => {
      await outbox.round();
      return (await countWaiting(order.pool)) === bad.length;
    });
  });

  test('what fails is not the fault of the row → it is tried again at once', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    await refuseBad(order.pool, '57014');
    await enqueueRows(order.pool, [{ webhookId, payload: 'bad' }]);
    const log = keepingLog();
    const outbox = outboxOf(order, { log });
    await assert.rejects(outbox.round(), /damaged/);
    await order.pool.query('drop trigger refuse on deliveries');
    await outbox.round();
    assert.equal(await countWaiting(order.pool), 0);
    assert.deepEqual(
      log.lines.filter(({ level }) => level === 'warn'),
      [],
    );
  });
});

/** No delivery with the payload `bad` can be changed any more. */
async function refuseBad(db: Queryable, code = 'P0001'): Promise<void> {
  await db.query(
    `create function refuse() returns trigger language plpgsql as $$
       begin if new.payload = 'bad' then raise 'damaged' using errcode = '${code}'; end if;
       return new; end $$;
     create trigger refuse before update on deliveries for each row execute function refuse()`,
  );
}

const rowsOf = (webhookId: string, count: number) =>
  Array.from({ length: count }, (_one, i) => ({ webhookId, payload: `${i}` }));

function outboxOf({ pool, queue }: Ordering, { log = keepingLog(), liveJobs = 1000 } = {}): Outbox {
  return new Outbox({ pool, look: pool, queue, liveJobs, log });
}

/** @returns how many transactions it took. */
async function takeAll(order: Ordering, liveJobs = 1000): Promise<number> {
  const log = keepingLog();
  const outbox = outboxOf(order, { log, liveJobs });
  while ((await outbox.round()) === 'more');
  return log.lines.length;
}

/** All deliveries by their payload, such as `a: head job`. */
async function linesOf(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ words: string }>(
    `select concat_ws(' ', payload || ':', nullif(status, 'pending'),
       case when is_head then 'head' end, held_reason,
       case when exists (
         select from postmand_queue.job where singleton_key = deliveries.id::text
       ) then 'job' end) as words
     from deliveries order by payload`,
  );
  return rows.map(({ words }) => words);
}
