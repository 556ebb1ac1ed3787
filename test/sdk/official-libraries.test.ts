import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyWebhook } from '../../sdk/typescript/dist/index.js';
import { startLine } from '../journey/line.ts';
import type { Received } from '../setup/receiver.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { JUDGES, type Judged } from './judges.ts';

/** What a real worker sends is judged by the libraries that Standard Webhooks publishes. */

const { api, receiver } = await startLine(wholeFile);

const STANDARD = { signatures: ['standard'], secret_token: null };
const PAYLOADS = ['{"success": true}', '{"städte": ["Zürich", "東京", "🚀"]}', '', 'no JSON\r\n'];
const WEBHOOKS = [
  STANDARD,
  { ...STANDARD, signatures: ['hub', 'hub_sha256', 'standard', 'standard_ed25519'] },
  { ...STANDARD, secret_token: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  { ...STANDARD, secret_token: `whsec_${Buffer.alloc(64, 0xfb).toString('base64')}` },
  { ...STANDARD, secret_token: 'my-secret-token' },
  { ...STANDARD, secret_token: 'schlüssel-🔑' },
];

const sent: (Judged & { webhook: Webhook })[] = [];
for (const [i, settings] of WEBHOOKS.entries()) {
  const webhook = await create(i, settings);
  const ids: string[] = [];
  for (const payload of PAYLOADS) ids.push((await api.createDelivery(webhook.id, payload)).id);
  for (const id of ids) assert.equal((await api.settled(id)).status, 'succeeded');
  const requests = receiver.received.filter(({ path }) => path === `/${i}`);
  assert.deepEqual(new Set(requests.map(idOf)), new Set(ids));
  sent.push(
    ...requests.map(({ headers, body }) => ({
      webhook,
      secret: webhook.secret_token,
      headers: headers as Record<string, string>,
      body,
    })),
  );
}

for (const { language, skip, judge } of JUDGES)
  test(
    `the library for ${language} → finds each request genuine, and none that was changed`,
    { skip },
    async (t) => {
      const judgement = await judge(t, sent);
      if (judgement === undefined) return;
      assert.deepEqual(judgement, { genuine: WEBHOOKS.length * PAYLOADS.length, refused: [] });
      const forged = sent.flatMap(forgeriesOf);
      const { genuine, refused } = (await judge(t, forged)) ?? {};
      assert.deepEqual([genuine, refused?.length], [0, forged.length]);
    },
  );

test('the SDK → finds each request genuine by the token, and by the public key where there is one', async () => {
  let keys = 0;
  for (const { webhook, secret, headers, body } of sent) {
    assert.equal(await verifyWebhook({ body, headers, secret }), true);
    if (webhook.public_key === null) continue;
    keys += 1;
    assert.equal(await verifyWebhook({ body, headers, secret: webhook.public_key }), true);
    const changed = { body: `${String(body)} `, headers, secret: webhook.public_key };
    assert.equal(await verifyWebhook(changed), false);
  }
  assert.equal(keys, PAYLOADS.length);
});

test('a retry → the id of the first attempt, the time of its own, genuine again', async () => {
  receiver.answerWith((_request, response, number) =>
    response.writeHead(number === sent.length + 1 ? 500 : 200).end(),
  );
  const webhook = await create('again', { ...STANDARD, retry_min_backoff: 2 });
  const { id } = await api.createDelivery(webhook.id, '{}');
  assert.equal((await api.settled(id)).status, 'succeeded');
  const [first, second, ...more] = receiver.received.filter(({ path }) => path === '/again');
  assert.ok(first && second && more.length === 0);
  assert.deepEqual([idOf(first), idOf(second)], [id, id]);
  assert.ok(timeOf(second) - timeOf(first) >= 1, 'the time of the second is later');
  const secret = webhook.secret_token;
  for (const { headers, body } of [first, second])
    assert.equal(await verifyWebhook({ body, headers, secret }), true);
  const [shown] = await api.attempts(id);
  const header = `webhook-signature: ${String(first.headers['webhook-signature'])}\r\n`;
  assert.ok(shown?.raw_request.includes(header), 'raw_request shows what was sent');
});

/** Another secret, id, time or body. */
function forgeriesOf(one: Judged): Judged[] {
  const { headers } = one;
  const later = String(Number(headers['webhook-timestamp']) + 1);
  return [
    { ...one, secret: `whsec_${Buffer.alloc(24).toString('base64')}` },
    { ...one, headers: { ...headers, 'webhook-id': 'another' } },
    { ...one, headers: { ...headers, 'webhook-timestamp': later } },
    { ...one, body: `${one.body.toString()} ` },
  ];
}

async function create(name: string | number, settings: object): Promise<Webhook> {
  const given = { ...GIVEN, url: `${receiver.url}/${name}`, ...settings };
  const { status, body } = await api.call('POST', '/webhooks', given);
  assert.equal(status, 201, JSON.stringify(body));
  return body as Webhook;
}

function idOf({ headers }: Received): string {
  return String(headers['webhook-id']);
}

function timeOf({ headers }: Received): number {
  return Number(headers['webhook-timestamp']);
}
