import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findLastFailures } from '../../src/attempts/attempt-store.ts';
import type { Queryable } from '../../src/database/pool.ts';
import { deactivatedWebhooks } from '../../src/deliveries/deactivated.ts';
import { countDeliveries } from '../../src/deliveries/delivery-count.ts';
import type { DeliveryFilter } from '../../src/deliveries/delivery-list.ts';
import { lateWebhooks } from '../../src/deliveries/late.ts';
import { blockedWebhooks } from '../../src/deliveries/order/blocked-webhooks.ts';
import { leftInOutbox } from '../../src/deliveries/outbox/left-waiting.ts';
import { countHeld } from '../../src/deliveries/webhook-health.ts';
import { eventsLeftWaiting, faultyEvents } from '../../src/events/troubled.ts';
import { failedOperations } from '../../src/operations/operation-store.ts';
import { failingWebhooks, pausedWebhooks } from '../../src/webhooks/health/troubled.ts';
import { freshDatabase } from '../setup/database.ts';
import { addWebhookRows, numbered } from '../setup/rows.ts';
import { flat, plansOf } from '../setup/plan.ts';
import { wholeFile } from '../setup/whole-file.ts';

const { pool } = await freshDatabase(wholeFile);
await fill();
const webhookId = numbered('webhook', 1);
const eventId = numbered('event', 1);

suite('a count of deliveries, with 30,000 of them', () => {
  const CASES: [what: string, filter: DeliveryFilter, index: string][] = [
    ['no filter', {}, 'deliveries_by_status'],
    ['status', { status: 'failed' }, 'deliveries_by_status'],
    ['webhook', { webhookId }, 'deliveries_by_webhook_and_status'],
    ['failed reason', { failedReason: 'attempts' }, 'deliveries_by_failed_reason'],
    [
      'webhook and failed reason',
      { webhookId, failedReason: 'attempts' },
      'deliveries_by_webhook_and_failed_reason',
    ],
    ['held reason', { heldReason: 'endpoint_paused' }, 'deliveries_by_held_reason'],
    [
      'webhook and held reason',
      { webhookId, heldReason: 'endpoint_paused' },
      'deliveries_by_webhook_and_held_reason',
    ],
    ['scheduled', { heldReason: 'scheduled' }, 'deliveries_scheduled'],
    ['ordering key', { orderingKey: 'key 7' }, 'deliveries_by_ordering_key'],
    ['event', { eventId }, 'deliveries_by_event'],
    ['event and status', { eventId, status: 'failed' }, 'deliveries_by_event'],
  ];
  for (const [what, filter, index] of CASES)
    test(`${what} → walks along ${index}`, async () => {
      const asked = { filter, createdAt: {} };
      const plans = await plansOf(pool, (db) =>
        countDeliveries(db, asked, { most: 1_000_000, ms: 60_000 }),
      );
      const nodes = plans.flatMap(flat);
      assert.deepEqual(
        nodes.filter(({ 'Node Type': type }) => type.includes('Sort')),
        [],
      );
      assert.deepEqual(indexesOf(nodes), [index]);
    });

  test('a pair of metadata → its entries are walked along, and the deliveries found by their ids', async () => {
    const asked = { filter: { metadata: { env: 'prod' } }, createdAt: {} };
    const plans = await plansOf(pool, (db) =>
      countDeliveries(db, asked, { most: 1_000_000, ms: 60_000 }),
    );
    assert.deepEqual(indexesOf(plans.flatMap(flat)), ['deliveries_pkey', 'delivery_tags_pkey']);
  });
});

suite('what is asked for attention, where little is wrong', () => {
  const week = { days: 7, limit: 51 };
  const minute = { seconds: 60, most: 100 };
  const CASES: [what: string, ask: (db: Queryable) => Promise<unknown>, indexes: string[]][] = [
    ['failing', (db) => failingWebhooks(db, 51), []],
    ['paused', (db) => pausedWebhooks(db, 51), []],
    [
      'deactivated',
      (db) => deactivatedWebhooks(db, week),
      ['deliveries_held', 'webhooks_deactivated'],
    ],
    [
      'late',
      (db) => lateWebhooks(db, 201),
      ['deliveries_due', 'deliveries_held', 'deliveries_later'],
    ],
    [
      'blocked',
      (db) => blockedWebhooks(db, { limit: 51, most: 100 }),
      ['deliveries_by_key', 'deliveries_stopped'],
    ],
    ['left in the outbox', (db) => leftInOutbox(db, minute), ['deliveries_outbox']],
    ['events left there', (db) => eventsLeftWaiting(db, minute), ['events_outbox']],
    ['faulty events', (db) => faultyEvents(db, { days: 7, most: 100 }), ['events_faulty']],
    ['failed operations', (db) => failedOperations(db, week), ['operations_failed']],
    ['held', (db) => countHeld(db, [webhookId], 100), ['deliveries_by_webhook_and_held_reason']],
    ['last failures', (db) => findLastFailures(db, [webhookId]), ['delivery_attempts_failed']],
  ];
  for (const [what, ask, indexes] of CASES)
    test(`${what} → ${indexes.join(', ') || 'the states'}, and webhooks by their ids`, async () => {
      const nodes = (await plansOf(pool, ask)).flatMap(flat);
      const used = indexesOf(nodes).filter((name) => name !== 'webhooks_pkey');
      assert.deepEqual(used, indexes);
      const whole = nodes.filter(({ 'Node Type': type }) => type === 'Seq Scan');
      const tables = new Set(whole.map((node) => node['Relation Name']));
      // Claims are few, and the queue is empty here.
      for (const table of tables)
        assert.match(table ?? '', /^(webhook_states|j[0-9a-f]+|job)$/, table);
    });
});

function indexesOf(nodes: ReturnType<typeof flat>): string[] {
  const names = nodes.flatMap((node) => node['Index Name'] ?? []);
  return [
    ...new Set(names.filter((name) => !/^(j[0-9a-f]|webhooks_deleted$)/.test(name))),
  ].toSorted();
}

/**
 * 30,000 deliveries of 3,000 webhooks with a state each, an attempt, an event and an operation for
 * each delivery; one in 100 of them is in trouble of each kind.
 */
async function fill(): Promise<void> {
  await addWebhookRows(
    pool,
    Array.from({ length: 3000 }, (_one, n) => ({
      id: numbered('webhook', n),
      name: `webhook ${n}`,
    })),
  );
  await pool.query(
    `insert into webhook_states (webhook_id, failing_since, paused_until, over_window)
     select id, case when n % 100 = 1 then now() end,
       case when n % 100 = 2 then 'infinity'::timestamptz end, n % 100 = 3
     from (select id, right(id::text, 12)::integer as n from webhooks) as numbered`,
  );
  await pool.query(
    `update webhooks set active = false, deactivated_at = now(), deactivated_reason = 'gone'
     where right(id::text, 12)::integer % 100 = 4`,
  );
  await pool.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       held_reason, parked_at, failed_reason, send_at, ordering_key, is_head, sequence, event_id,
       outbox_place, created_at, updated_at)
     select ('dddddddd-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       ('aaaaaaaa-0000-4000-8000-' || lpad((n % 3000)::text, 12, '0'))::uuid,
       '', now() - n * interval '1 second', 1,
       case when n % 10 = 0 then 'failed' when n % 10 = 1 then 'pending' else 'succeeded' end,
       reason, case when reason is not null then now() end,
       case when n % 10 = 0 then 'attempts' end,
       case when n % 100 = 11 then now() + interval '1 day' end,
       case when n % 3 = 0 then 'key ' || n % 100 end, n % 300 = 0, n,
       case when n % 4 = 0 then $1::uuid end, case when reason = 'outbox' then n end,
       now() - n * interval '1 second', now()
     from generate_series(1, 30000) as n
     cross join lateral (
       select case when n % 10 = 1 and n % 100 < 61 then (
         array['endpoint_paused', 'webhook_inactive', 'later', 'backlog', 'outbox', 'ordered']
       )[n % 100 / 10 + 1] end as reason
     ) as held
     on conflict do nothing`,
    [numbered('event', 1)],
  );
  await pool.query(
    `insert into delivery_tags select delivery_tag('env', 'prod'), created_at, id from deliveries`,
  );
  await pool.query(
    `insert into delivery_attempts (id, webhook_id, delivery_id, raw_request, raw_response,
       response_status_code, execution_duration, success, error, created_at)
     select gen_random_uuid(), webhook_id, id, '', '', 200, 7, status <> 'failed', '', created_at
     from deliveries`,
  );
  await pool.query(
    `insert into events (id, type, payload, deliveries, fault, outbox_place, created_at)
     select gen_random_uuid(), 'a', '', 1, case when n % 1000 = 0 then 'faulty' end,
       case when n % 1000 = 1 then n end, now() - n * interval '1 second'
     from generate_series(1, 30000) as n`,
  );
  await pool.query(
    `insert into operations (id, kind, filter, state, finished_at)
     select gen_random_uuid(), 'fan_out', '{}',
       case when n % 1000 = 0 then 'failed' else 'done' end, now() - n * interval '1 second'
     from generate_series(1, 30000) as n`,
  );
  await pool.query('vacuum analyze');
}
