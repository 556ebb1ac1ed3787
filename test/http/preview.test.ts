import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { HTTP, type CloudEvent } from 'cloudevents';
import { verifyWebhook } from '../../sdk/typescript/dist/index.js';
import type { WebhookSettings } from '../../src/webhooks/webhook.ts';
import { openLine } from '../journey/line.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';

const line = await openLine(wholeFile);
const { api, pool, receiver } = line;
await pool.query(
  `insert into event_types (name, archived_at)
   values ('order.paid', null), ('order.lost', null), ('order.old', now())`,
);

type Preview = {
  matches: boolean;
  mismatch: string | null;
  request: { method: string; url: string; headers: Header[]; body: string };
};
type Header = { name: string; value: string };
type Given = { type?: string; payload?: unknown; metadata?: object; ordering_key?: string };

const SUBSCRIBED = { event_types: ['order.*'] };
const PAYLOAD = '{"amount": 5.0}';

suite('whether a webhook gets an event', () => {
  const FILTER = { payload: { amount: { $gte: 5 } }, metadata: { region: 'eu' } };
  const CASES: [when: string, settings: object, given: Given, mismatch: string | null][] = [
    ['that gets no events', {}, {}, 'not_subscribed'],
    ['without a pattern that matches', { event_types: ['invoice.**', 'order'] }, {}, 'event_types'],
    ['without any pattern', { event_types: [] }, {}, 'event_types'],
    ['with one that matches', SUBSCRIBED, {}, null],
    ['that is inactive', { ...SUBSCRIBED, active: false }, {}, null],
    [
      'whose filter matches',
      { ...SUBSCRIBED, filter: FILTER },
      { metadata: { region: 'eu' } },
      null,
    ],
    ['whose filter does not match', { ...SUBSCRIBED, filter: FILTER }, {}, 'filter'],
    ['whose filter cannot say', { ...SUBSCRIBED, filter: FILTER }, { payload: 'text' }, 'filter'],
  ];
  for (const [when, settings, given, mismatch] of CASES)
    test(`a webhook ${when} → ${mismatch ?? 'it does'}, and the request all the same`, async () => {
      const { id } = await api.createWebhook({ ...GIVEN, ...settings });
      const preview = await previewOf(id, given);
      assert.deepEqual([preview.matches, preview.mismatch], [mismatch === null, mismatch]);
      assert.equal(preview.request.body, given.payload ?? PAYLOAD);
    });

  test('a webhook whose filter was written by hand and means nothing → unreadable', async () => {
    const { id } = await api.createWebhook({ ...GIVEN, ...SUBSCRIBED });
    await pool.query(`update webhooks set filter = '{"$no": 1}' where id = $1`, [id]);
    assert.equal((await previewOf(id)).mismatch, 'unreadable');
  });
});

suite('what would be sent', () => {
  test('a webhook with defaults → the payload with its signature, and nothing of the event', async () => {
    const { id, url } = await api.createWebhook({ ...GIVEN, ...SUBSCRIBED });
    const { request } = await previewOf(id, { payload: { amount: 5, a: ['ü'] } });
    const body = '{"amount":5,"a":["ü"]}';
    assert.deepEqual([request.method, request.url, request.body], ['POST', url, body]);
    assert.deepEqual(
      request.headers.map(({ name }) => name),
      ['Content-Type', 'X-Hub-Signature'],
    );
  });

  test('a webhook with headers and auth → their values are masked', async () => {
    const auth = { type: 'basic', username: 'a', password: 'secret-1' } as const;
    const { id } = await api.createWebhook({ ...GIVEN, headers: { 'X-A': 'secret-2' }, auth });
    const { request } = await previewOf(id);
    const named = headersOf(request);
    assert.deepEqual([named['X-A'], named['Authorization']], ['***', '***']);
    assert.ok(!JSON.stringify(request).includes('secret-'));
  });

  test('a webhook that fetches tokens → a masked token, in its place, and none is fetched', async () => {
    const auth = {
      ...{ type: 'oauth2_client_credentials', token_url: `${receiver.url}/token` },
      ...{ client_id: 'a', client_secret: 'secret-3', scope: null },
    } as unknown as WebhookSettings['auth'];
    const { id } = await api.createWebhook({ ...GIVEN, auth });
    const { headers } = (await previewOf(id)).request;
    assert.deepEqual(headers[0], { name: 'Authorization', value: '***' });
  });

  test('an ordering key → its header with an example, and partitionkey', async () => {
    const format = 'cloudevents_binary';
    const { id } = await api.createWebhook({ ...GIVEN, format });
    const named = headersOf((await previewOf(id, { ordering_key: 'a b' })).request);
    assert.deepEqual([named['ce-partitionkey'], named['webhook-sequence']], ['a%20b', '1']);
  });

  for (const format of ['cloudevents_binary', 'cloudevents_structured'] as const)
    test(`${format} with signatures of standard → an event that the SDKs read and find genuine`, async () => {
      const { id, secret_token: secret } = await api.createWebhook({
        ...{ ...GIVEN, ...SUBSCRIBED, format, signatures: ['standard'] },
      });
      const { request } = await previewOf(id);
      const headers = headersOf(request);
      const event = HTTP.toEvent({ headers, body: request.body }) as CloudEvent;
      assert.deepEqual([event.type, event.data], ['order.paid', { amount: 5 }]);
      assert.deepEqual(
        [headers['webhook-id'], headers['webhook-event-type']],
        [event.id, 'order.paid'],
      );
      assert.ok(await verifyWebhook({ body: request.body, headers, secret }));
    });

  test('any → nothing is stored, and nothing is sent', async () => {
    const counts = async () =>
      (
        await pool.query(
          `select (select count(*) from events) as events,
             (select count(*) from deliveries) as deliveries`,
        )
      ).rows[0];
    const { id } = await api.createWebhook({ ...GIVEN, ...SUBSCRIBED });
    const before = await counts();
    await previewOf(id);
    assert.deepEqual(await counts(), before);
    assert.equal(receiver.received.length, 0);
  });
});

suite('what is refused', () => {
  const CASES: [when: string, given: object, status: number, code: number][] = [
    ['an event without a type', { payload: 'a' }, 400, 4],
    ['a name that no type can have', { type: 'Order' }, 400, 4],
    ['a member that is not known', { type: 'order.paid', send_at: null }, 400, 4],
    ['metadata that cannot be stored', { type: 'order.paid', metadata: { '': 'a' } }, 400, 4],
    ['a type that nobody has created', { type: 'order.new' }, 404, 33],
    ['a type that is archived', { type: 'order.old' }, 409, 35],
  ];
  for (const [when, given, status, code] of CASES)
    test(`${when} → ${status} with code ${code}, as by POST /v1/events`, async () => {
      const { id } = await api.createWebhook({ ...GIVEN, ...SUBSCRIBED });
      const answer = await api.call('POST', `/webhooks/${id}/preview`, given);
      assert.deepEqual([answer.status, answer.body.code], [status, code]);
    });

  test('an unknown webhook → 404 with code 5, whatever the type', async () => {
    const answer = await api.call('POST', `/webhooks/${randomUUID()}/preview`, { type: 'a' });
    assert.deepEqual([answer.status, answer.body.code], [404, 5]);
  });
});

async function previewOf(id: string, given: Given = {}): Promise<Preview> {
  const event = { type: 'order.paid', payload: PAYLOAD, ...given };
  const { status, body } = await api.call('POST', `/webhooks/${id}/preview`, event);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Preview;
}

function headersOf({ headers }: Preview['request']): Record<string, string> {
  return Object.fromEntries(headers.map(({ name, value }) => [name, value]));
}
