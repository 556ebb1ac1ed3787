import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import type { Tx } from '../../src/database/transaction.ts';
import { BEFORE_ALL } from '../../src/deliveries/created-place.ts';
import { lookAtCarrying } from '../../src/deliveries/erasing/carrying.ts';
import { IN_INDEX_ORDER } from '../../src/deliveries/removing/look.ts';
import { lookAtCarryingEvents } from '../../src/events/erasing/carrying.ts';
import { findEmitted } from '../../src/events/emitted/emitted-store.ts';
import { lookAtEventPayloads, lookAtEvents } from '../../src/events/removing/look.ts';
import { removeEventPayloads, removeEvents } from '../../src/events/removing/remove.ts';
import { listEventTypes } from '../../src/events/types/event-type-store.ts';
import { freshDatabase } from '../setup/database.ts';
import { flat, plansOf, type Plan } from '../setup/plan.ts';
import { wholeFile } from '../setup/whole-file.ts';

const WHOLE = { limit: 50, offset: 0, createdAt: {} };
const BEHIND = { ...WHOLE, after: { at: 'type_12', id: BEFORE_ALL.id } };
const STRETCH = { after: BEFORE_ALL, limit: 1000 };
const PAIR = { metadata: { env: 'prod' }, until: 'infinity', after: BEFORE_ALL };
const ID = '00000000-0000-4000-8000-000000000001';

type Read = (tx: Tx) => Promise<unknown>;

/** What is read of events, types and their deliveries, and the indexes that it may use. */
const READS: [what: string, indexes: string[], read: Read, begin?: string][] = [
  ['the types', ['event_types_pkey'], (tx) => listEventTypes(tx, {}, WHOLE)],
  ['types behind a cursor', ['event_types_pkey'], (tx) => listEventTypes(tx, {}, BEHIND)],
  [
    'types that are not archived',
    ['event_types_pkey'],
    (tx) => listEventTypes(tx, { archived: false }, WHOLE),
  ],
  [
    'events that were emitted',
    ['events_outbox'],
    (tx) => findEmitted(tx, { after: 0, limit: 100, aside: { ids: [], types: [] } }),
  ],
  [
    'events that are kept no longer',
    ['events_by_time', 'deliveries_by_event'],
    (tx) => lookAtEvents(tx, 3, STRETCH),
    IN_INDEX_ORDER,
  ],
  [
    'payloads of events that are kept no longer',
    ['events_by_time'],
    (tx) => lookAtEventPayloads(tx, 3, STRETCH),
    IN_INDEX_ORDER,
  ],
  [
    'the removal of events',
    ['events_pkey', 'deliveries_by_event'],
    (tx) => removeEvents(tx, [ID], 3),
  ],
  [
    'the removal of their payloads',
    ['events_pkey', 'deliveries_by_event'],
    (tx) => removeEventPayloads(tx, [ID], 3),
  ],
  [
    'events that are to be erased',
    ['event_tags_pkey', 'events_pkey'],
    (tx) => lookAtCarryingEvents(tx, PAIR, 1000),
  ],
  [
    'deliveries that are to be erased, with those of events that were made since',
    ['delivery_tags_pkey', 'deliveries_pkey', 'events_pkey'],
    (tx) => lookAtCarrying(tx, { ...PAIR, webhookId: null, madeUntil: 'infinity' }, 1000),
  ],
];

const TABLES = new Set(['events', 'event_types', 'event_tags', 'deliveries', 'delivery_tags']);

suite('20,000 events of 20,000 types, with two deliveries each', async () => {
  const { pool } = await freshDatabase(wholeFile);
  await fill(pool);
  for (const [what, indexes, read, begin] of READS)
    test(`${what} → read from ${indexes.join(', ')}, and no table is read whole`, async () => {
      const nodes = (await plansOf(pool, read, begin)).flatMap(flat);
      assert.deepEqual(nodes.filter(isWhole), []);
      const used = nodes.flatMap((node) => node['Index Name'] ?? []);
      assert.deepEqual(new Set(used), new Set(indexes));
    });
});

const isWhole = (node: Plan) =>
  node['Node Type'] === 'Seq Scan' && TABLES.has(node['Relation Name'] ?? '');

async function fill(pool: Pool): Promise<void> {
  await pool.query(
    `insert into event_types (name, schema)
     select 'type_' || n, '{"type": "object"}' from generate_series(1, 20000) as n;
     insert into events (id, type, payload, metadata, fanned_out, deliveries, created_at)
     select gen_random_uuid(), 'type_' || n, '{}', '{"env": "prod"}', 2, 2,
       now() - n * interval '1 minute'
     from generate_series(1, 20000) as n;
     insert into webhooks (id, name, url, content_type, valid_status_codes, secret_token, active,
       max_delivery_attempts, delivery_attempt_timeout, retry_min_backoff, retry_max_backoff,
       created_at, updated_at)
     select gen_random_uuid(), 'w', 'http://127.0.0.1', 'text/plain', '{200}', '', true,
       1, 1, 1, 1, now(), now()
     from generate_series(1, 2);
     insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       event_id, metadata, created_at, updated_at)
     select gen_random_uuid(), w.id, '', e.created_at, 1, 'succeeded', e.id, e.metadata,
       e.created_at, e.created_at
     from events e cross join webhooks w;
     analyze events, event_types, event_tags, deliveries, delivery_tags`,
  );
}
