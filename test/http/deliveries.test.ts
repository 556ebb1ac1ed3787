import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { addAttemptRows } from '../setup/rows.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { UNKNOWN_ID } from './request.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);
const webhook = await api.createWebhook();

test('a new delivery → 201, pending and due now, with a job', async () => {
  const { status, body } = await api.call('POST', '/deliveries', {
    webhook_id: webhook.id,
    payload: '{"a": 1}',
  });
  assert.equal(status, 201);
  const { id, created_at, ...rest } = body as Delivery;
  assert.deepEqual(rest, {
    webhook_id: webhook.id,
    payload: '{"a": 1}',
    scheduled_at: created_at,
    delivery_attempts: 0,
    status: 'pending',
    held_reason: null,
    ordering_key: null,
    sequence: null,
    failed_reason: null,
    send_at: null,
    expires_at: null,
    test: false,
    budget_used: 0,
    redeliveries: 0,
    metadata: {},
    event_id: null,
    traceparent: null,
    payload_removed_at: null,
    updated_at: created_at,
  });
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.deepEqual((await api.call('GET', `/deliveries/${id}`)).body, body);
  assert.equal(await jobs(id), 1);
});

test('no payload, or null → an empty one', async () => {
  for (const draft of [{ webhook_id: webhook.id }, { webhook_id: webhook.id, payload: null }]) {
    const { status, body } = await api.call('POST', '/deliveries', draft);
    assert.deepEqual([status, (body as Delivery).payload], [201, '']);
  }
});

test('payloads of all kinds → kept exactly', async () => {
  for (const payload of [
    'not json',
    ' \r\n\t',
    '\u0001\u007f\ufffd\ufeff',
    'ключ 🦀',
    '"\\u0000"',
    'x'.repeat(1_000_000),
  ]) {
    const { id } = await api.createDelivery(webhook.id, payload);
    assert.equal((await api.delivery(id)).payload, payload);
  }
});

test('a delivery for an inactive webhook → held with the reason, and without a job', async () => {
  const inactive = await api.createWebhook({ active: false });
  const delivery = await api.createDelivery(inactive.id);
  assert.deepEqual([delivery.status, delivery.held_reason], ['pending', 'webhook_inactive']);
  assert.equal(await jobs(delivery.id), 0);
});

test('fields that the server owns sent back, even at their largest → ignored', async () => {
  const delivery = await api.createDelivery(webhook.id, 'again');
  const owned = {
    status: 'failed',
    delivery_attempts: 32_767,
    scheduled_at: '2001-01-01T00:00:00Z',
    held_reason: 'imported',
    failed_reason: 'poison',
    test: true,
  };
  const { status, body } = await api.call('POST', '/deliveries', { ...delivery, ...owned });
  assert.equal(status, 201);
  const copy = body as Delivery;
  assert.notEqual(copy.id, delivery.id);
  assert.deepEqual(
    [copy.status, copy.delivery_attempts, copy.held_reason, copy.failed_reason, copy.test],
    ['pending', 0, null, null, false],
  );
  assert.ok(copy.scheduled_at > delivery.scheduled_at);
});

const EXPIRIES: [given: string | null, kept: string | null][] = [
  [null, null],
  ['2126-11-24T16:26:01Z', '2126-11-24T16:26:01.000000Z'],
  ['2126-11-24T17:26:01.123456999+01:00', '2126-11-24T16:26:01.123456Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000000Z'],
];

for (const [expires_at, kept] of EXPIRIES)
  test(`expires_at ${expires_at} → accepted, also in the past, and kept as ${kept}`, async () => {
    const draft = { webhook_id: webhook.id, expires_at };
    const { status, body } = await api.call('POST', '/deliveries', draft);
    const { id, expires_at: answered, status: stands } = body as Delivery;
    assert.deepEqual([status, answered, stands], [201, kept, 'pending']);
    assert.equal((await api.delivery(id)).expires_at, kept);
    assert.equal(await jobs(id), 1);
  });

test('expires_at with an ordering_key → both are kept', async () => {
  const expires_at = '2126-11-24T16:26:01.000000Z';
  const draft = { webhook_id: webhook.id, ordering_key: 'expiring', expires_at };
  const { status, body } = await api.call('POST', '/deliveries', draft);
  assert.equal(status, 201);
  assert.deepEqual([body.ordering_key, body.expires_at], ['expiring', expires_at]);
});

for (const [expires_at, details] of [
  ['tomorrow', /^expires_at: must be an RFC 3339 time/],
  ['2026-02-30T00:00:00Z', /^expires_at: must be an RFC 3339 time/],
  [1_800_000_000, /^expires_at: must be string,null$/],
  ['9999-12-31T23:59:59-01:00', /^expires_at: must be in the years 1 to 9999 of UTC$/],
  ['0000-06-01T00:00:00Z', /^expires_at: must be in the years 1 to 9999 of UTC$/],
] as const)
  test(`expires_at ${expires_at} → 400 that names it`, async () => {
    const draft = { webhook_id: webhook.id, expires_at };
    const { status, body } = await api.call('POST', '/deliveries', draft);
    assert.deepEqual([status, body.code], [400, 4]);
    assert.match(body.details, details);
  });

const REFUSED: Record<string, unknown[]> = {
  webhook_id: ['abc', 5, null, '', `{${UNKNOWN_ID}}`],
  payload: [5, {}, ['a'], true, 'a\0b', 'a\ud800b', 'a\udfffb'],
  status: ['done', 1],
  delivery_attempts: [-1, 32_768, 1.5, '1'],
  scheduled_at: ['now'],
  held_reason: ['because'],
  id: ['abc'],
  colour: ['blue'],
};

for (const [name, values] of Object.entries(REFUSED)) {
  test(`a bad ${name} → 400 that names it, and nothing is stored`, async () => {
    const before = await count();
    for (const value of values) {
      const { status, body } = await api.call('POST', '/deliveries', {
        webhook_id: webhook.id,
        payload: '',
        [name]: value,
      });
      const { code, details } = body as { code: number; details: string };
      assert.deepEqual([status, code], [400, 4], JSON.stringify(value));
      assert.ok(details.startsWith(name), `${details} for ${JSON.stringify(value)}`);
    }
    assert.equal(await count(), before);
  });
}

test('no webhook_id → 400 that names it', async () => {
  const { status, body } = await api.call('POST', '/deliveries', { payload: '' });
  assert.equal(status, 400);
  assert.deepEqual(body, {
    code: 4,
    message: 'request validation failed',
    details: 'webhook_id: is required',
  });
});

test('an unknown webhook → 404 with code 5, and nothing is stored', async () => {
  const before = await count();
  const { status, body } = await api.call('POST', '/deliveries', {
    webhook_id: UNKNOWN_ID,
    payload: 'x',
  });
  assert.equal(status, 404);
  assert.deepEqual(body, { code: 5, message: 'webhook not found' });
  assert.equal(await count(), before);
});

test('a DELETE → 204, the delivery and its attempts are gone; again → 204', async () => {
  const { id } = await api.createDelivery(webhook.id);
  const [attempt = ''] = await addAttemptRows(database.pool, [
    { webhookId: webhook.id, deliveryId: id, success: false },
  ]);
  assert.equal((await api.call('DELETE', `/deliveries/${id}`)).status, 204);
  const { status, body } = await api.call('GET', `/deliveries/${id}`);
  assert.equal(status, 404);
  assert.deepEqual(body, { code: 6, message: 'delivery not found' });
  assert.equal((await api.call('GET', `/delivery-attempts/${attempt}`)).status, 404);
  assert.equal((await api.call('DELETE', `/deliveries/${id}`)).status, 204);
});

test('many deliveries at once, some for an unknown webhook → each caller gets its own answer', async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      const wrong = i % 3 === 0;
      const draft = { webhook_id: wrong ? UNKNOWN_ID : webhook.id, payload: `number ${i}` };
      const { status, body } = await api.call('POST', '/deliveries', draft);
      return { i, wrong, status, payload: (body as Partial<Delivery>).payload };
    }),
  );
  for (const { i, wrong, status, payload } of answers) {
    assert.deepEqual([status, payload], wrong ? [404, undefined] : [201, `number ${i}`]);
  }
});

test('a webhook made inactive → its next delivery is held', async () => {
  const changing = await api.createWebhook();
  assert.equal((await api.createDelivery(changing.id)).held_reason, null);
  await api.call('PUT', `/webhooks/${changing.id}`, { ...SETTINGS, active: false });
  assert.equal((await api.createDelivery(changing.id)).held_reason, 'webhook_inactive');
});

async function count(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    'select count(*)::int as count from deliveries',
  );
  return rows[0]?.count ?? -1;
}

async function jobs(deliveryId: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*)::int as count from postmand_queue.job where name = 'deliveries' and singleton_key = $1`,
    [deliveryId],
  );
  return rows[0]?.count ?? -1;
}
