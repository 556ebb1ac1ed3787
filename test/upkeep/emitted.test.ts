import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Queryable } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { CHOOSING, Subscriptions } from '../../src/events/choosing/subscriptions.ts';
import { PayloadCheck } from '../../src/events/types/payload-check.ts';
import { SchemaThreads } from '../../src/schemas/schema-threads.ts';
import { queueFanOuts } from '../../src/operations/fan-out.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { EmittedEvents } from '../../src/upkeep/emitted.ts';
import { Outbox } from '../../src/upkeep/outbox.ts';
import { lineOf, freshOrdering, type Ordering } from '../setup/ordering.ts';
import { countEmitted, countWaiting, emitRows, enqueueRows, TYPE } from '../setup/outbox.ts';
import { keepingLog } from '../setup/parts.ts';
import { lockRow } from '../setup/row-lock.ts';
import { addWebhook, addWebhookRows } from '../setup/rows.ts';
import { until } from '../setup/until.ts';

suite('taking in events that applications emitted', { concurrency: 4 }, () => {
  test('some webhooks subscribed → each of them has a delivery with a job, and the others have none', async (t) => {
    const order = await freshOrdering(t);
    const [a, b] = [await subscribed(order), await subscribed(order)];
    await subscribed(order, 'order.lost');
    await addWebhook(order);
    const [id] = await emitRows(order.pool, [{ payload: 'x' }]);
    await takeAll(order);
    const { rows } = await order.pool.query<{ webhook_id: string }>(
      `select webhook_id, event_id, payload, held_reason, outbox_place is null as is_taken
       from deliveries order by webhook_id`,
    );
    assert.deepEqual(
      rows,
      [a.id, b.id].toSorted().map((webhook_id) => {
        return { webhook_id, event_id: id, payload: '', held_reason: null, is_taken: true };
      }),
    );
    assert.equal((await order.pool.query('select from postmand_queue.job')).rowCount, 2);
    assert.deepEqual(await eventsOf(order.pool), ['x: 2']);
  });

  test('nobody subscribed → it is stored, with no delivery', async (t) => {
    const order = await freshOrdering(t);
    await emitRows(order.pool, [{ payload: 'x' }]);
    await takeAll(order);
    assert.deepEqual(await eventsOf(order.pool), ['x: 0']);
  });

  test('its type was archived or removed meanwhile → it goes to nobody, and says why', async (t) => {
    const order = await freshOrdering(t);
    await subscribed(order);
    const [id] = await emitRows(order.pool, [{ payload: 'a' }]);
    await order.pool.query('update event_types set archived_at = now()');
    const log = keepingLog();
    const metrics = createMetrics();
    await takeAll(order, { log, metrics });
    const fault = 'the event type "order.paid" is archived';
    assert.deepEqual(
      log.lines.filter(({ level }) => level === 'warn'),
      [{ level: 'warn', event: 'event.faulty', fields: { event_id: id, type: TYPE, fault } }],
    );
    assert.match(await metrics.text(), /postmand_emitted_events_total\{outcome="faulty"\} 1\n/);
    assert.deepEqual(await eventsOf(order.pool), [`a: 0 ${fault}`]);
    await order.pool.query('update event_types set archived_at = null');
    await emitRows(order.pool, [{ payload: 'b' }]);
    await order.pool.query('delete from event_types');
    await takeAll(order);
    assert.deepEqual(await eventsOf(order.pool), [
      `a: 0 ${fault}`,
      'b: 0 there is no event type "order.paid"',
    ]);
  });

  test('its payload does not fit the schema of its type → it goes to nobody, and says where; the others go', async (t) => {
    const order = await freshOrdering(t);
    await subscribed(order);
    await emitRows(order.pool, [{ payload: '{"order": 1}' }, { payload: '{"order": "1"}' }]);
    await emitRows(order.pool, [{ payload: 'no JSON', key: 'k' }]);
    await order.pool.query(
      `update event_types set version = 2,
         schema = '{"type": "object", "properties": {"order": {"type": "integer"}}}'`,
    );
    await takeAll(order);
    assert.deepEqual(await eventsOf(order.pool), [
      'no JSON: 0 payload: must be JSON, as its type has a schema',
      '{"order": "1"}: 0 payload/order: must be an integer',
      '{"order": 1}: 1',
    ]);
    assert.equal((await order.pool.query('select from postmand_queue.job')).rowCount, 1);
  });

  test('payloads of one type take long to be checked → other events go meanwhile, and these when that is known', async (t) => {
    const order = await freshOrdering(t);
    await subscribed(order);
    const hard = '1';
    await emitRows(order.pool, [
      { type: 'hard', payload: hard, key: 'k' },
      { type: 'hard', payload: hard },
      { payload: 'a', key: 'k' },
      { payload: 'b' },
    ]);
    // 2^40 alternatives.
    const parts = Array.from({ length: 41 }, (_one, i) => {
      const next = { $ref: `#/$defs/${i + 1}` };
      return [i, i === 40 ? false : { anyOf: [next, next] }];
    });
    const schema = { $ref: '#/$defs/0', $defs: Object.fromEntries(parts) };
    await order.pool.query(`update event_types set schema = $1 where name = 'hard'`, [
      JSON.stringify(schema),
    ]);
    const outbox = outboxOf(order, { patienceMs: 1 });
    await outbox.round();
    assert.equal(await countEmitted(order.pool), 2);
    assert.equal(await countWaiting(order.pool), 1, 'what is behind one of them in its key');
    await until('they are known', async () => {
      await outbox.round();
      return (await countEmitted(order.pool)) === 0;
    });
    await outbox.round();
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: pending head job']);
    const { rows } = await order.pool.query<{ fault: string }>(
      'select fault from events where fault is not null',
    );
    const fault = 'payload: takes too long to be held against the schema of its type';
    assert.deepEqual(rows, [{ fault }, { fault }]);
  });

  test('somebody has locked one → the others go, and what is behind it in its key waits', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await subscribed(order);
    const [locked] = await emitRows(order.pool, [
      { payload: 'a', key: 'k' },
      { payload: 'b', key: 'k' },
      { payload: 'c', key: 'other' },
      { payload: 'd' },
    ]);
    await enqueueRows(order.pool, [
      { webhookId, payload: 'behind', key: 'k' },
      { webhookId, payload: 'free' },
    ]);
    const unlock = await lockRow(t, order, { table: 'events', id: locked as string });
    const outbox = outboxOf(order);
    await outbox.round();
    assert.equal(await countEmitted(order.pool), 1);
    assert.equal(await countWaiting(order.pool), 2);
    assert.deepEqual(await lineOf(order.pool, 'other'), ['c: pending head job']);
    await unlock();
    await outbox.round();
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: pending head job',
      'b: pending ordered',
      'behind: pending ordered',
    ]);
  });

  test('a delivery of its key comes by the API while it waits → that is behind it, to whichever webhook', async (t) => {
    const order = await freshOrdering(t);
    const [one, other] = [await subscribed(order), await addWebhook(order)];
    await emitRows(order.pool, [{ payload: 'a', key: 'k' }]);
    const [b] = await order.accept(one, 'k', 'b');
    const [c] = await order.accept(other, 'k', 'c');
    assert.deepEqual([b?.sequence, c?.sequence], [null, null]);
    await takeAll(order);
    assert.deepEqual((await lineOf(order.pool, 'k')).toSorted(), [
      'a: pending head job',
      'b: pending ordered',
      'c: pending head job',
    ]);
  });

  test('it was committed late, some time after its place was drawn → the next look at all finds it, and its deliveries are taken in with it', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await subscribed(order);
    const late = await order.pool.connect();
    await emitRows(order.pool, [{ payload: 'first' }]);
    await late.query('begin');
    await emitRows(late, [{ payload: 'a', key: 'k' }]);
    const clock = { ms: 0 };
    const outbox = outboxOf(order, { now: () => clock.ms });
    await enqueueRows(order.pool, [{ webhookId, payload: 'b' }]);
    await outbox.round();
    clock.ms = 4000;
    await outbox.round();
    await late.query('commit');
    late.release();
    // A look at all has come.
    clock.ms = 10_000;
    await outbox.round();
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: pending head job']);
  });

  test('one that PostgreSQL refuses → told, and left out; all others go', async (t) => {
    const order = await freshOrdering(t);
    await subscribed(order);
    await order.pool.query(
      `create function refuse() returns trigger language plpgsql as $$
         begin if new.payload = 'bad' then raise 'damaged'; end if; return new; end $$;
       create trigger refuse before update on events for each row execute function refuse()`,
    );
    const payloads = Array.from({ length: 60 }, (_one, i) => ({ payload: `${i}` }));
    const [bad] = await emitRows(order.pool, [{ payload: 'bad' }, ...payloads]);
    const log = keepingLog();
    const outbox = outboxOf(order, { log });
    for (let round = 0; round < 3; round += 1) await outbox.round();
    assert.equal(await countEmitted(order.pool), 1);
    assert.equal(await countWaiting(order.pool), 0);
    const told = log.lines.filter(({ level }) => level === 'warn');
    assert.deepEqual(
      told.map(({ event, fields }) => [event, fields['event_id']]),
      [['event.not_taken_in', bad]],
    );
  });

  test('three at once → each event goes once to each who subscribed, and every key keeps its order', async (t) => {
    const order = await freshOrdering(t);
    await Promise.all([1, 2, 3].map(() => subscribed(order)));
    const outboxes = [outboxOf(order), outboxOf(order), outboxOf(order)];
    for (let from = 0; from < 600; from += 200) {
      await emitRows(
        order.pool,
        Array.from({ length: 200 }, (_one, i) => ({
          payload: `${from + i}`,
          key: `key ${i % 7}`,
        })),
      );
      await Promise.all(outboxes.map((outbox) => outbox.round()));
    }
    while ((await countEmitted(order.pool)) + (await countWaiting(order.pool)) > 0)
      await takeAll(order);
    const { rows } = await order.pool.query(
      `select count(*)::integer, count(distinct (webhook_id, event_id))::integer as pairs,
         count(*) filter (where is_head)::integer as heads,
         count(*) filter (where nth < before)::integer as wrong
       from (select d.*, e.payload::integer as nth, lag(e.payload::integer) over (
           partition by d.webhook_id, d.ordering_key order by d.sequence) as before
         from deliveries d join events e on e.id = d.event_id) as one`,
    );
    assert.deepEqual(rows, [{ count: 1800, pairs: 1800, heads: 21, wrong: 0 }]);
  });

  test('more webhooks than are served in its commit → an operation has the others', async (t) => {
    const order = await freshOrdering(t);
    await addWebhookRows(
      order.pool,
      Array.from({ length: 1003 }, () => ({})),
    );
    await order.pool.query(`update webhooks set event_types = '{order.paid}'`);
    await emitRows(order.pool, [{ payload: 'a', key: 'k' }, { payload: 'b' }]);
    await takeAll(order);
    const { rows } = await order.pool.query(
      `select e.payload, e.deliveries, e.fanned_out, cardinality(e.recipients) as recipients,
         e.outbox_place is not null as waits, o.kind, o.state
       from events e join operations o on o.id = e.operation_id order by 1`,
    );
    const event = { deliveries: 1003, fanned_out: 1000, recipients: 1003 };
    const operation = { kind: 'fan_out', state: 'queued' };
    assert.deepEqual(rows, [
      { payload: 'a', ...event, waits: true, ...operation },
      { payload: 'b', ...event, waits: false, ...operation },
    ]);
    assert.equal(await countWaiting(order.pool), 0);
  });

  test('a webhook subscribes while a choice is open → it waits for the end of that, and gets what comes after it', async (t) => {
    const order = await freshOrdering(t);
    const { id } = await addWebhook(order);
    let changed: Promise<unknown> = Promise.resolve();
    await inTransaction(
      order.pool,
      async (tx) => {
        await tx.query('select');
        changed = order.pool.query(`update webhooks set event_types = '{order.paid}'`);
        await emitRows(order.pool, [{ payload: 'x' }]);
      },
      CHOOSING,
    );
    await changed;
    await takeAll(order);
    const { rows } = await order.pool.query('select webhook_id from deliveries');
    assert.deepEqual(rows, [{ webhook_id: id }]);
  });
});

suite('the outbox with places that several deliveries have', { concurrency: 4 }, () => {
  test('a step ends inside a place, with a locked delivery in it → all others go, in one round', async (t) => {
    const order = await freshOrdering(t);
    await addWebhookRows(
      order.pool,
      Array.from({ length: 900 }, () => ({})),
    );
    await order.pool.query(`update webhooks set event_types = '{order.paid}'`);
    await emitRows(order.pool, [
      { payload: 'a', key: 'k' },
      { payload: 'b', key: 'k' },
    ]);
    await emitted(order).round(0);
    const { rows } = await order.pool.query<{ id: string }>(
      'select id from deliveries order by outbox_place, id offset 300 limit 1',
    );
    const unlock = await lockRow(t, order, { table: 'deliveries', id: rows[0]?.id ?? '' });
    const outbox = outboxOf(order);
    assert.equal(await outbox.round(), undefined);
    // With the one behind it in its key.
    assert.equal(await countWaiting(order.pool), 2);
    await unlock();
    await outbox.round();
    assert.equal(await countWaiting(order.pool), 0);
  });

  test('deliveries are stored at a place that was passed long ago → taken in by the round that is told of the place', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    const clock = { ms: 0 };
    const outbox = outboxOf(order, { now: () => clock.ms });
    await enqueueRows(order.pool, [{ webhookId, payload: 'a' }]);
    const [late] = await enqueueRows(order.pool, [{ webhookId, payload: 'late', key: 'k' }]);
    await outbox.round();
    clock.ms = 4000;
    await outbox.round();
    await order.pool.query(
      `update deliveries set outbox_place = 2, sequence = null, is_head = false,
         held_reason = 'outbox', parked_at = now() where id = $1`,
      [late],
    );
    clock.ms = 4100;
    await outbox.round();
    assert.equal(await countWaiting(order.pool), 1);
    outbox.late(2);
    await outbox.round();
    assert.equal(await countWaiting(order.pool), 0);
  });

  test('the event before them has all of its deliveries at last → those behind it are taken in by the round that is told', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addWebhook(order);
    const [id] = await emitRows(order.pool, [{ payload: 'a', key: 'k' }]);
    await order.pool.query(`update events set recipients = '{}' where id = $1`, [id]);
    const rows = Array.from({ length: 1200 }, (_one, i) => ({
      webhookId,
      payload: `${i}`,
      key: 'k',
    }));
    await enqueueRows(order.pool, rows);
    await enqueueRows(order.pool, [{ webhookId, payload: 'free', key: 'other' }]);
    const clock = { ms: 0 };
    const outbox = outboxOf(order, { now: () => clock.ms });
    await outbox.round();
    clock.ms = 4000;
    await outbox.round();
    assert.equal(await countWaiting(order.pool), 1200);
    await order.pool.query('update events set outbox_place = null, recipients = null');
    clock.ms = 4100;
    outbox.late(1);
    while ((await outbox.round()) === 'more');
    assert.equal(await countWaiting(order.pool), 0);
  });
});

const subscribed = (order: Ordering, type = TYPE) => addWebhook(order, { event_types: [type] });

type Parts = Partial<ConstructorParameters<typeof EmittedEvents>[0]> & { now?: () => number };

function emitted({ pool }: Ordering, parts: Parts = {}): EmittedEvents {
  return new EmittedEvents({
    ...{ pool, subscriptions: new Subscriptions(), queueFanOuts, log: keepingLog() },
    ...{
      payloadCheck: new PayloadCheck({ isOpen: false, schemas: new SchemaThreads() }),
      metrics: createMetrics(),
    },
    // Tests that do not say otherwise wait for every schema, on a busy machine as well.
    patienceMs: 60_000,
    ...parts,
  });
}

function outboxOf(order: Ordering, { now, ...parts }: Parts = {}): Outbox {
  const { pool, queue } = order;
  return new Outbox(
    {
      ...{ pool, look: pool, queue, liveJobs: 1000, log: parts.log ?? keepingLog() },
      emitted: emitted(order, parts),
    },
    now,
  );
}

async function takeAll(order: Ordering, parts: Parts = {}): Promise<void> {
  const outbox = outboxOf(order, parts);
  while ((await outbox.round()) === 'more');
}

/** All events by their payload, with how many deliveries they have, and their fault. */
async function eventsOf(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ words: string }>(
    `select concat_ws(' ', payload || ':', case when outbox_place is not null then 'waits' end,
       deliveries, fault) as words
     from events order by payload`,
  );
  return rows.map(({ words }) => words);
}
