import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inTransaction } from '../../src/database/transaction.ts';
import { redeliver } from '../../src/deliveries/redelivering/redeliver.ts';
import { findDelivery } from '../../src/deliveries/delivery-store.ts';
import { findSendable, findToSend } from '../../src/deliveries/sendable.ts';
import { EventAcceptor } from '../../src/events/accepting/event-acceptor.ts';
import { CHOOSING, Subscriptions } from '../../src/events/choosing/subscriptions.ts';
import { findEmitted } from '../../src/events/emitted/emitted-store.ts';
import { takeEmitted } from '../../src/events/emitted/take-emitted.ts';
import { findEvent } from '../../src/events/event-store.ts';
import { PayloadCheck } from '../../src/events/types/payload-check.ts';
import { SchemaThreads } from '../../src/schemas/schema-threads.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { countErasure, createErasure } from '../../src/operations/erasure.ts';
import { queueFanOuts } from '../../src/operations/fan-out.ts';
import { findOperation } from '../../src/operations/operation-store.ts';
import { beginOperation, takeStep } from '../../src/operations/take-step.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { addEvent } from '../setup/events.ts';
import { addWebhook, addWebhookRows } from '../setup/rows.ts';
import { count } from '../setup/tables.ts';
import { freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

const PAIRS = { customer: '42', region: 'north' };
const OTHER = { customer: '42', region: 'south' };
const EMITTED = `insert into events (id, type, payload, metadata, ordering_key, outbox_place)
  values (gen_random_uuid(), 'order.paid', 'secret', $1, 'k', nextval('outbox_places'))
  returning id`;

suite('an erasure and events', { concurrency: 4 }, () => {
  for (const size of [1, 500])
    test(`events that carry all pairs, ${size} a step → their payloads and those of their deliveries are gone, and no others`, async (t) => {
      const parts = await freshWorkerQueue(t);
      const { pool } = parts;
      const one = await addWebhook(parts);
      const two = await addWebhook(parts);
      const webhookIds = [one.id, two.id];
      const carrying = [];
      for (let i = 0; i < 3; i += 1)
        carrying.push(await addEvent(pool, { webhookIds, metadata: PAIRS }));
      const alone = await addEvent(pool, { webhookIds: [], metadata: { ...PAIRS, x: '1' } });
      const others = [
        await addEvent(pool, { webhookIds, metadata: OTHER }),
        await addEvent(pool, { webhookIds }),
      ];
      assert.deepEqual(await countErasure(pool, PAIRS), {
        ...{ matching: 6, pending: 6, events: 4, at_least: false },
      });
      const { state, matched, done, skipped } = await runAll(parts, size);
      assert.deepEqual([state, matched, done, skipped], ['done', 10, 10, 0]);
      for (const { id } of [...carrying, alone]) {
        const event = await findEvent(pool, id);
        assert.deepEqual([event?.payload, event?.payload_removed_at === null], ['', false]);
      }
      for (const id of carrying.flatMap(({ deliveryIds }) => deliveryIds)) {
        const { payload, status, failed_reason } = (await findDelivery(pool, id)) ?? {};
        assert.deepEqual([payload, status, failed_reason], ['', 'failed', 'erased']);
        await assert.rejects(
          inTransaction(pool, (tx) => redeliver(tx, parts.queue, id)),
          { kind: 'payload_removed' },
        );
      }
      for (const { id, deliveryIds } of others) {
        assert.notEqual((await findEvent(pool, id))?.payload, '');
        for (const deliveryId of deliveryIds)
          assert.notEqual((await findToSend(pool, deliveryId))?.payload, '');
      }
      const again = await runAll(parts, 500);
      assert.deepEqual([again.done, again.skipped], [0, 10]);
    });

  test('an event that was emitted and is yet to be chosen for → it goes to nobody, for a reason that quotes nothing', async (t) => {
    const parts = await freshWorkerQueue(t);
    const { pool } = parts;
    const { rows } = await pool.query<{ id: string }>(EMITTED, [JSON.stringify(PAIRS)]);
    await pool.query(
      `insert into events (id, type, payload, metadata, deliveries, fault)
       values (gen_random_uuid(), 'order.paid', 'secret', $1, 0, 'payload/secret: must be null')`,
      [JSON.stringify(PAIRS)],
    );
    await runAll(parts, 500);
    const shown = await pool.query(
      'select payload, outbox_place, recipients, deliveries, fault from events',
    );
    const gone = { payload: '', outbox_place: null, recipients: null, deliveries: 0 };
    const fault = 'its payload was erased';
    assert.deepEqual(shown.rows, [
      { ...gone, fault },
      { ...gone, fault },
    ]);
    assert.equal(rows.length, 1);
  });

  test('a worker has read an emitted event when it is erased → it chooses nobody for it', async (t) => {
    const { parts, subscriptions } = await withSubscribers(t, 2);
    const { pool } = parts;
    await pool.query(EMITTED, [JSON.stringify(PAIRS)]);
    const read = await findEmitted(pool, {
      ...{ after: 0, limit: 10, aside: { ids: [], types: [] } },
    });
    assert.equal(read.length, 1);
    await runAll(parts, 500);
    const checked = read.map((event) => ({ ...event, fault: undefined }));
    const { chosen, faulty } = await inTransaction(
      pool,
      (tx) => takeEmitted({ subscriptions, queueFanOuts }, tx, checked),
      CHOOSING,
    );
    assert.deepEqual([chosen, faulty], [[], []]);
    assert.equal(await count(pool, 'deliveries'), 0);
  });

  test('while an event is fanned out by an operation → what was made since the erasure began is erased, and no more is made', async (t) => {
    const { parts, emit } = await withSubscribers(t, 1300);
    const { pool } = parts;
    const event = await emit({ type: 'order.paid', payload: 'secret', metadata: PAIRS });
    const { id } = await createErasure(pool, PAIRS);
    await beginOperation(pool, id);
    const later = await emit({ type: 'order.paid', payload: 'later', metadata: PAIRS });
    const fanOut = event.operation_id ?? '';
    await beginOperation(pool, fanOut);
    assert.equal((await takeStep(parts, fanOut, 100))?.operation.done, 100);
    await finish(parts, id, 500);
    const ended = await takeStep(parts, fanOut, 100);
    assert.deepEqual([ended?.operation.state, ended?.operation.done], ['done', 100]);
    const { rows } = await pool.query(
      `select status, payload_removed_at is null as whole, count(*)::integer as count
       from deliveries where event_id = $1 group by 1, 2`,
      [event.id],
    );
    assert.deepEqual(rows, [{ status: 'failed', whole: false, count: 1100 }]);
    assert.equal((await findEvent(pool, event.id))?.deliveries, 1100);
    // What is created later is not touched.
    const untouched = await pool.query(
      `select count(*)::integer as count from deliveries
       where event_id = $1 and status = 'pending' and payload_removed_at is null`,
      [later.id],
    );
    assert.deepEqual(untouched.rows, [{ count: 1000 }]);
    assert.equal((await findEvent(pool, later.id))?.payload, 'later');
  });

  test('only a webhook carries the pairs → its delivery shows no payload any more, and the event keeps it for the others', async (t) => {
    const parts = await freshWorkerQueue(t);
    const { pool } = parts;
    const carrying = await addWebhook(parts, { metadata: PAIRS });
    const other = await addWebhook(parts);
    const webhookIds = [carrying.id, other.id];
    const event = await addEvent(pool, { webhookIds, payload: 'shared' });
    const [hidden = '', shown = ''] = event.deliveryIds;
    const { matched, done } = await runAll(parts, 500);
    assert.deepEqual([matched, done], [1, 1]);
    assert.equal((await findDelivery(pool, hidden))?.payload, '');
    assert.equal((await findDelivery(pool, shown))?.payload, 'shared');
    assert.equal((await findEvent(pool, event.id))?.payload, 'shared');
    assert.equal((await findToSend(pool, shown))?.payload, 'shared');
  });

  test('the payload of an event is gone, and a delivery of it is pending → nothing is sent for it, rather than an empty body', async (t) => {
    const parts = await freshWorkerQueue(t);
    const { pool } = parts;
    const { id } = await addWebhook(parts);
    const event = await addEvent(pool, { webhookIds: [id] });
    await pool.query(`update events set payload = '', payload_removed_at = now()`);
    const [sendable] = await findSendable(pool, event.deliveryIds);
    assert.equal(sendable?.delivery.payload, null);
    assert.equal(await findToSend(pool, event.deliveryIds[0] ?? ''), undefined);
  });
});

async function withSubscribers(t: Parameters<typeof freshWorkerQueue>[0], webhooks: number) {
  const parts = await freshWorkerQueue(t);
  await addWebhookRows(
    parts.pool,
    Array.from({ length: webhooks }, () => ({})),
  );
  await parts.pool.query(`update webhooks set event_types = '{order.paid}'`);
  const subscriptions = new Subscriptions();
  const acceptor = new EventAcceptor({
    ...parts,
    metrics: createMetrics(),
    queueFanOuts,
    subscriptions,
    payloadCheck: new PayloadCheck({ isOpen: true, schemas: new SchemaThreads() }),
  });
  const emit = async (draft: EventDraft) => (await acceptor.accept(draft)).event;
  return { parts, emit, subscriptions };
}

async function runAll(parts: WorkerQueue, size: number) {
  const { id } = await createErasure(parts.pool, PAIRS);
  await beginOperation(parts.pool, id);
  return finish(parts, id, size);
}

async function finish(parts: WorkerQueue, id: string, size: number) {
  for (;;) {
    const stepped = await takeStep(parts, id, size);
    if (stepped?.operation.state !== 'running') return findOperation(parts.pool, id);
  }
}
