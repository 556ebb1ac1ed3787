import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyWebhook } from '../../sdk/typescript/dist/index.js';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import type { Webhook, WebhookSettings } from '../../src/webhooks/webhook.ts';
import type { Received } from '../setup/receiver.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { until } from '../setup/until.ts';
import { makeDue, startLine } from './line.ts';

/** What receivers get of events and of what was posted for them alone, by their formats. */

const line = await startLine(wholeFile);
const { api, pool, receiver } = line;
await pool.query(
  `insert into event_types (name) select 'type_' || i from generate_series(1, 20) i`,
);
let types = 0;
let created = 0;

const PAYLOAD = '{"amount": 5.0}';
const LONG = JSON.stringify({ text: 'é\u2028'.repeat(30_000) });

test('an event for webhooks with signatures of several kinds → its id and type beside those of Standard Webhooks, and nothing else', async () => {
  const { event, webhooks, received } = await sendTo([
    {},
    { signatures: ['hub_sha256'] },
    { signatures: ['hub', 'standard'] },
    { signatures: ['standard_ed25519'] },
  ]);
  const [plain, sha256, both, asymmetric] = received;
  assert.deepEqual(ownNames(plain), ['content-type', 'x-hub-signature']);
  assert.deepEqual(ownNames(sha256), ['content-type', 'x-hub-signature-256']);
  for (const one of [both, asymmetric]) {
    assert.equal(one?.headers['webhook-id'], event.id);
    assert.equal(one?.headers['webhook-event-type'], event.type);
  }
  await genuine(both, webhooks[2]?.secret_token);
  await genuine(asymmetric, webhooks[3]?.public_key ?? '');
  for (const { body } of received) assert.equal(body, PAYLOAD);
});

test('a delivery that was posted for its webhook alone → its own id, and no type', async () => {
  const webhook = await create({ signatures: ['standard'] });
  const { id } = await api.createDelivery(webhook.id, PAYLOAD);
  const [sent] = await receivedBy(webhook, 1);
  assert.deepEqual(ownNames(sent), [
    'content-type',
    'webhook-id',
    'webhook-signature',
    'webhook-timestamp',
  ]);
  assert.equal(sent?.headers['webhook-id'], id);
});

test('each attempt and each redelivery of an event → the same id, also where its payload is long', async () => {
  const format = 'cloudevents_structured';
  const { event, webhooks, deliveries } = await sendTo(
    [{ format, signatures: ['standard'], retry_schedule: [1] }],
    { payload: LONG, answers: [500, 200, 200] },
  );
  const [delivery] = deliveries;
  assert.ok(delivery && webhooks[0]);
  await makeDue(line, delivery.id);
  await api.settled(delivery.id);
  assert.equal((await api.call('POST', `/deliveries/${delivery.id}/redeliver`)).status, 200);
  const sent = await receivedBy(webhooks[0], 3);
  await api.settled(delivery.id);
  for (const one of sent) {
    assert.equal(one.headers['webhook-id'], event.id);
    assert.equal(JSON.parse(one.body).id, event.id);
    assert.ok(one.body.endsWith(`,"data":${LONG}}`));
    await genuine(one, webhooks[0].secret_token);
  }
  const attempts = await api.attempts(delivery.id);
  assert.deepEqual(
    attempts.map(({ raw_request }) => bodyOf(raw_request)),
    sent.map(({ body }) => body),
  );
  assert.equal((await api.delivery(delivery.id)).payload, LONG);
});

test('an attempt in binary mode → its headers and the payload in raw_request, which is stored once', async () => {
  const { event, deliveries, received } = await sendTo([{ format: 'cloudevents_binary' }]);
  const id = deliveries[0]?.id ?? '';
  await api.settled(id);
  const [attempt] = await api.attempts(id);
  assert.match(attempt?.raw_request ?? '', new RegExp(`\r\nce-id: ${event.id}\r\n`));
  assert.equal(bodyOf(attempt?.raw_request), received[0]?.body);
  const { rows } = await pool.query<{ stored: string }>(
    'select raw_request as stored from delivery_attempts where delivery_id = $1',
    [id],
  );
  assert.equal(bodyOf(rows[0]?.stored), '');
});

test('a format that changes before an attempt → that attempt has it', async () => {
  const { webhooks, deliveries } = await sendTo([{ retry_schedule: [600] }], { answers: [500] });
  const [webhook] = webhooks;
  assert.ok(webhook);
  const patch = { format: 'cloudevents_binary' };
  assert.equal((await api.call('PATCH', `/webhooks/${webhook.id}`, patch)).status, 200);
  await makeDue(line, deliveries[0]?.id ?? '');
  const [before, after] = await receivedBy(webhook, 2);
  assert.equal(before?.headers['ce-id'], undefined);
  assert.ok(after?.headers['ce-id']);
});

test('a test of a webhook that gets CloudEvents → one of the type of deliveries', async () => {
  const webhook = await create({ format: 'cloudevents_structured' });
  const { status, body } = await api.call('POST', `/webhooks/${webhook.id}/test`, {
    payload: 'no JSON',
  });
  assert.equal(status, 200);
  const [sent] = await receivedBy(webhook, 1);
  const { id, type, time, data } = JSON.parse(sent?.body ?? '');
  assert.deepEqual([id, type, data], [body.delivery.id, 'postmand.delivery', 'no JSON']);
  assert.equal(Date.parse(time), Date.parse(body.delivery.created_at));
  assert.equal(bodyOf(body.attempt.raw_request), sent?.body);
});

test('headers and content types that do not go with a format → refused by POST and PATCH, and taken with raw', async () => {
  const headers = { 'ce-subject': 'a' };
  const given = { ...GIVEN, headers, format: 'cloudevents_binary' };
  const refused = await api.call('POST', '/webhooks', given);
  assert.equal(refused.status, 400);
  assert.match(refused.body.details, /^headers\.ce-subject: cannot be set/);
  const { id } = await create({ headers });
  const patched = await api.call('PATCH', `/webhooks/${id}`, { format: 'cloudevents_structured' });
  assert.match(patched.body.details, /^headers\.ce-subject: cannot be set/);
});

type Sent = {
  event: { id: string; type: string };
  webhooks: Webhook[];
  deliveries: Delivery[];
  /** The first request to each webhook. */
  received: Received[];
};

/** Emits an event of a type that only these webhooks get, which answer by turns. */
async function sendTo(
  settings: Partial<WebhookSettings>[],
  { payload = PAYLOAD, answers = [200] } = {},
): Promise<Sent> {
  const turns = [...answers];
  receiver.answerWith((_request, response) => {
    response.statusCode = turns.shift() ?? 200;
    response.end();
  });
  const type = `type_${(types += 1)}`;
  const webhooks: Webhook[] = [];
  for (const one of settings) webhooks.push(await create({ ...one, event_types: [type] }));
  const { status, body } = await api.call('POST', '/events', { type, payload });
  assert.equal(status, 201, JSON.stringify(body));
  const received: Received[] = [];
  for (const one of webhooks) received.push(...(await receivedBy(one, 1)).slice(0, 1));
  const list = await api.call('GET', `/deliveries?event_id=${body.id}`);
  return { event: body, webhooks, deliveries: list.body.deliveries, received };
}

function create(settings: Partial<WebhookSettings>): Promise<Webhook> {
  const url = `${receiver.url}/${(created += 1)}`;
  return api.createWebhook({ ...GIVEN, url, ...settings });
}

function receivedBy({ url }: Webhook, count: number): Promise<Received[]> {
  const { pathname } = new URL(url);
  return until(`${count} requests to ${pathname}`, () => {
    const found = receiver.received.filter(({ path }) => path === pathname);
    return found.length >= count && found;
  });
}

/** The names that are not those of every HTTP request. */
function ownNames(request: Received | undefined): string[] {
  const ofAll = new Set(['connection', 'content-length', 'host', 'user-agent']);
  return Object.keys(request?.headers ?? {})
    .filter((name) => !ofAll.has(name))
    .toSorted();
}

async function genuine(request: Received | undefined, secret = ''): Promise<void> {
  const { headers, body = '' } = request ?? {};
  const given = { body, headers: headers as Record<string, string>, secret };
  assert.equal(await verifyWebhook(given), true);
}

function bodyOf(request = ''): string {
  return request.slice(request.indexOf('\r\n\r\n') + 4);
}
