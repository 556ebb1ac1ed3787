import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { EventAcceptor } from '../../src/events/accepting/event-acceptor.ts';
import { Subscriptions } from '../../src/events/choosing/subscriptions.ts';
import { findEvent } from '../../src/events/event-store.ts';
import { PayloadCheck } from '../../src/events/types/payload-check.ts';
import { SchemaThreads } from '../../src/schemas/schema-threads.ts';
import type { Event, EventDraft } from '../../src/events/event.ts';
import { cancelOperation } from '../../src/operations/end-operation.ts';
import { queueFanOuts } from '../../src/operations/fan-out.ts';
import { findOperation } from '../../src/operations/operation-store.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { OperationSteps } from '../../src/upkeep/operations.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { addWebhookRows } from '../setup/rows.ts';
import { count } from '../setup/tables.ts';
import { until } from '../setup/until.ts';
import { freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

const metrics = createMetrics();
const PAID = { type: 'order.paid', payload: '{"order":1042}' };

/** A database with webhooks that subscribed, and who takes their events in. */
async function withSubscribers(t: Parameters<typeof freshWorkerQueue>[0], webhooks: number) {
  const parts = await freshWorkerQueue(t);
  const ids = await addWebhookRows(
    parts.pool,
    Array.from({ length: webhooks }, () => ({})),
  );
  await parts.pool.query(`update webhooks set event_types = '{order.paid}'`);
  const acceptor = new EventAcceptor({
    ...parts,
    metrics,
    queueFanOuts,
    subscriptions: new Subscriptions(),
    payloadCheck: new PayloadCheck({ isOpen: true, schemas: new SchemaThreads() }),
  });
  const emit = async (draft: EventDraft = PAID) => (await acceptor.accept(draft)).event;
  const steps = new OperationSteps({ ...parts, metrics, log: silentLog });
  return { parts, ids, acceptor, emit, steps };
}

async function runUntilEnded(steps: OperationSteps): Promise<void> {
  await until('the operations have ended', async () => (await steps.round()) === undefined);
}

type Row = { outbox_place: string | null; recipients: number | null; fanned_out: number };

async function eventRow({ pool }: WorkerQueue, { id }: Event): Promise<Row> {
  const { rows } = await pool.query<Row>(
    `select outbox_place, cardinality(recipients) as recipients, fanned_out from events
     where id = $1`,
    [id],
  );
  return rows[0] ?? assert.fail('there is no such event');
}

async function madeOf({ pool }: WorkerQueue, { id }: Event) {
  const { rows } = await pool.query<{ made: number; webhooks: number; places: number }>(
    `select count(*)::integer as made, count(distinct webhook_id)::integer as webhooks,
       count(distinct outbox_place)::integer as places
     from deliveries where event_id = $1`,
    [id],
  );
  return rows[0] ?? { made: 0, webhooks: 0, places: 0 };
}

suite('fan-out', { concurrency: 2 }, () => {
  for (const webhooks of [0, 1, 1000])
    test(`an event for ${webhooks} → its commit makes all deliveries`, async (t) => {
      const { parts, emit } = await withSubscribers(t, webhooks);
      const event = await emit();
      assert.deepEqual([event.deliveries, event.operation_id], [webhooks, null]);
      assert.deepEqual(await madeOf(parts, event), { made: webhooks, webhooks, places: webhooks });
      const row = { outbox_place: null, recipients: null, fanned_out: webhooks };
      assert.deepEqual(await eventRow(parts, event), row);
      assert.equal(await count(parts.pool, 'operations'), 0);
    });

  for (const [webhooks, key] of [
    [1001, undefined],
    [5000, undefined],
    [2200, 'k'],
  ] as const)
    test(`an event for ${webhooks}, ${key ? 'with' : 'without'} an ordering key → 1,000 in its commit, the others by an operation`, async (t) => {
      const { parts, emit, steps } = await withSubscribers(t, webhooks);
      const event = await emit({ ...PAID, orderingKey: key });
      assert.equal(event.deliveries, webhooks);
      assert.equal((await madeOf(parts, event)).made, 1000);
      const { outbox_place: place, ...before } = await eventRow(parts, event);
      assert.deepEqual(before, { recipients: webhooks, fanned_out: 1000 });
      assert.equal(place === null, key === undefined);
      await runUntilEnded(steps);
      const places = key === undefined ? webhooks : 1;
      assert.deepEqual(await madeOf(parts, event), { made: webhooks, webhooks, places });
      assert.deepEqual(await eventRow(parts, event), {
        outbox_place: null,
        recipients: null,
        fanned_out: webhooks,
      });
      const operation = await findOperation(parts.pool, event.operation_id ?? '');
      const { kind, filter, state, matched, done, skipped } = operation;
      assert.deepEqual(
        { kind, filter, state, matched, done, skipped },
        {
          ...{ kind: 'fan_out', filter: { event_id: event.id }, state: 'done' },
          ...{ matched: webhooks - 1000, done: webhooks - 1000, skipped: 0 },
        },
      );
      assert.equal((await findEvent(parts.pool, event.id))?.deliveries, webhooks);
    });

  test('a batch → 1,000 of each event and 5,000 of all in its commit', async (t) => {
    const { parts, acceptor, steps } = await withSubscribers(t, 1200);
    const { ids } = await acceptor.acceptBatch(Array.from({ length: 7 }, () => PAID));
    const made = async () =>
      (
        await parts.pool.query<{ made: number }>(
          `select (select count(*)::integer from deliveries where event_id = one.id) as made
           from unnest($1::uuid[]) with ordinality as one (id, nth) order by nth`,
          [ids],
        )
      ).rows.map((row) => row.made);
    assert.deepEqual(await made(), [1000, 1000, 1000, 1000, 1000, 0, 0]);
    await runUntilEnded(steps);
    assert.deepEqual(await made(), Array<number>(7).fill(1200));
  });

  test('webhooks are deleted and created before their turn → those are skipped, these get nothing', async (t) => {
    const { parts, ids, emit, steps } = await withSubscribers(t, 1500);
    const event = await emit();
    const late = ids.toSorted().slice(1000);
    await parts.pool.query('update webhooks set deleted_at = now() where id = any ($1::uuid[])', [
      late.slice(0, 30),
    ]);
    await parts.pool.query('delete from webhooks where id = any ($1::uuid[])', [
      late.slice(30, 50),
    ]);
    await parts.pool.query('update webhooks set event_types = null where id = $1', [late[60]]);
    const [fresh] = await addWebhookRows(parts.pool, [{}]);
    await parts.pool.query(`update webhooks set event_types = '{order.paid}' where id = $1`, [
      fresh,
    ]);
    await runUntilEnded(steps);
    assert.equal((await madeOf(parts, event)).made, 1450);
    const { matched, done, skipped } = await findOperation(parts.pool, event.operation_id ?? '');
    assert.deepEqual([matched, done, skipped], [500, 450, 50]);
    assert.equal((await findEvent(parts.pool, event.id))?.deliveries, 1450);
    const { rows } = await parts.pool.query('select from deliveries where webhook_id = $1', [
      fresh,
    ]);
    assert.deepEqual(rows, []);
  });

  test('it is cancelled → the rest gets nothing, and the event says how many got it', async (t) => {
    const { parts, emit, steps } = await withSubscribers(t, 3000);
    const event = await emit({ ...PAID, orderingKey: 'k' });
    await steps.round();
    await steps.round();
    await cancelOperation(parts, event.operation_id ?? '');
    await runUntilEnded(steps);
    assert.equal((await madeOf(parts, event)).made, 1500);
    assert.equal((await findEvent(parts.pool, event.id))?.deliveries, 1500);
    assert.deepEqual(await eventRow(parts, event), {
      ...{ outbox_place: null, recipients: null, fanned_out: 1500 },
    });
  });

  test('the database refuses a delivery for good → the operation fails, and the event waits for it no longer', async (t) => {
    const { parts, ids, emit } = await withSubscribers(t, 1100);
    const event = await emit({ ...PAID, orderingKey: 'k' });
    await parts.pool.query(
      `create function refuse() returns trigger language plpgsql as $$
         begin raise check_violation using message = 'not this one'; end $$;
       create trigger refuse before insert on deliveries for each row
       when (new.webhook_id = '${ids.toSorted().at(-1)}') execute function refuse()`,
    );
    const log = keepingLog();
    const steps = new OperationSteps({ ...parts, metrics, log });
    await runUntilEnded(steps);
    const { state, error } = await findOperation(parts.pool, event.operation_id ?? '');
    assert.equal(state, 'failed');
    assert.match(error ?? '', /not this one/);
    const { made } = await madeOf(parts, event);
    assert.equal((await findEvent(parts.pool, event.id))?.deliveries, made);
    assert.equal((await eventRow(parts, event)).outbox_place, null);
  });

  for (const [what, change] of [
    ['erased', `update events set payload = '', payload_removed_at = now()`],
    ['removed', 'delete from events'],
  ] as const)
    test(`the event is ${what} before its turn → no more deliveries of it`, async (t) => {
      const { parts, emit, steps } = await withSubscribers(t, 1100);
      const event = await emit();
      await parts.pool.query(change);
      await runUntilEnded(steps);
      assert.equal((await madeOf(parts, event)).made, 1000);
      const { state, done } = await findOperation(parts.pool, event.operation_id ?? '');
      assert.deepEqual([state, done], ['done', 0]);
    });

  test('more operations than take turns → all get through', async (t) => {
    const { parts, acceptor, steps } = await withSubscribers(t, 20);
    const { ids } = await acceptor.acceptBatch(Array.from({ length: 450 }, () => PAID));
    assert.equal(ids.length, 450);
    const { rows } = await parts.pool.query<{ id: string; event_id: string }>(
      `update events set operation_id = gen_random_uuid(), fanned_out = 0,
         recipients = array(select id from webhooks)
       returning operation_id as id, id as event_id`,
    );
    await parts.pool.query('delete from deliveries');
    await parts.commit((tx) => {
      queueFanOuts(
        tx,
        rows.map(({ id, event_id }) => ({ operationId: id, eventId: event_id, from: 0 })),
      );
      return Promise.resolve();
    });
    await runUntilEnded(steps);
    assert.equal(await count(parts.pool, 'deliveries'), 450 * 20);
  });

  test('many operations of other kinds are under way → it waits for none of them', async (t) => {
    const { parts, emit, steps } = await withSubscribers(t, 1010);
    await parts.pool.query(
      `insert into operations (id, kind, filter, rate_per_second)
       select gen_random_uuid(), 'redelivery', '{"status": "failed"}', 1
       from generate_series(1, 150)`,
    );
    const event = await emit();
    await steps.round();
    await steps.round();
    assert.equal((await madeOf(parts, event)).made, 1010);
  });
});
