import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import { buildRequest, type WebhookRequest } from '../../src/sending/request.ts';
import type { Sent } from '../../src/sending/sent.ts';
import type { Format } from '../../src/webhooks/request/format.ts';
import type { RequestSettings } from '../../src/webhooks/request/request-settings.ts';
import type { Signature } from '../../src/webhooks/request/signing/signatures.ts';

const TOKEN = 'my-secret-token';
const AT = 1614265330;
const EVENT = {
  id: '7f3b9c52-0a11-4a57-9a55-3d2f1c2b6e01',
  type: 'order.paid',
  created_at: '2026-03-08T20:41:25.1+00:00',
};
const DIRECT = { id: 'delivery-7', type: null, created_at: '2026-03-08T20:41:25+00:00' };

const sent = (change: Partial<Sent> = {}): Sent => ({
  ...{ id: 'delivery-7', payload: '{"a": 1.0}', ordering_key: null, sequence: null },
  event: EVENT,
  ...change,
});

type Settings = { format?: Format; contentType?: string; signatures?: Signature[] };

function build(
  { format = 'raw', contentType = 'application/json', signatures = [] }: Settings,
  delivery: Sent,
): WebhookRequest {
  const none = {
    ...{ headers: {}, auth: null, signing_key: null, old_secrets: null, sealed: null },
    propagate_trace: false,
  };
  const request: RequestSettings = { ...none, signatures, format };
  const webhook = { url: 'http://a.test/', content_type: contentType, secret_token: TOKEN };
  const start = { atSeconds: AT, sinceReadMs: 0, eventSource: 'https://a.test/shop' };
  return buildRequest({ ...webhook, request }, delivery, start);
}

suite('what is sent of an event, by format', () => {
  test('raw → the payload, and nothing of the event', () => {
    const { headers, body, isWrapped } = build({}, sent());
    assert.deepEqual(headers, [['Content-Type', 'application/json']]);
    assert.deepEqual([body, isWrapped], ['{"a": 1.0}', undefined]);
  });

  test('binary → the payload, and the event in headers, in alphabetical order', () => {
    const { headers, body, isWrapped } = build({ format: 'cloudevents_binary' }, sent());
    assert.deepEqual(headers, [
      ['ce-id', EVENT.id],
      ['ce-source', 'https://a.test/shop'],
      ['ce-specversion', '1.0'],
      ['ce-time', '2026-03-08T20:41:25.1Z'],
      ['ce-type', 'order.paid'],
      ['Content-Type', 'application/json'],
    ]);
    assert.deepEqual([body, isWrapped], ['{"a": 1.0}', undefined]);
  });

  test('structured → one object, in which the payload stands as it was posted', () => {
    const { headers, body, isWrapped } = build({ format: 'cloudevents_structured' }, sent());
    assert.deepEqual(headers, [['Content-Type', 'application/cloudevents+json']]);
    assert.equal(
      body,
      `{"specversion":"1.0","id":"${EVENT.id}","source":"https://a.test/shop",` +
        '"type":"order.paid","time":"2026-03-08T20:41:25.1Z",' +
        '"datacontenttype":"application/json","data":{"a": 1.0}}',
    );
    assert.equal(isWrapped, true);
  });

  for (const format of ['cloudevents_binary', 'cloudevents_structured'] as const)
    test(`${format}, of a delivery that no event made → its own id and time, and a type of ours`, () => {
      const { id, type, time } = attributesOf(build({ format }, sent({ event: DIRECT })));
      assert.deepEqual(
        [id, type, time],
        ['delivery-7', 'postmand.delivery', '2026-03-08T20:41:25Z'],
      );
    });
});

suite('an ordering key', () => {
  const KEYS: [key: string, header: string][] = [
    ['order-1042', 'order-1042'],
    ['a b"c%d', 'a%20b%22c%25d'],
    ['Zürich 東京🚀', 'Z%C3%BCrich%20%E6%9D%B1%E4%BA%AC%F0%9F%9A%80'],
    ["!#$&'()*+,-./:;<=>?@[\\]^_`{|}~", "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~"],
    ['\t\r\n\x7f', '%09%0D%0A%7F'],
  ];
  for (const [ordering_key, header] of KEYS)
    test(`${JSON.stringify(ordering_key)} → partitionkey, with what no header can hold encoded`, () => {
      const delivery = sent({ ordering_key, sequence: 7 });
      const { headers } = build({ format: 'cloudevents_binary' }, delivery);
      assert.equal(Object.fromEntries(headers)['ce-partitionkey'], header);
      assert.equal(Object.fromEntries(headers)['webhook-sequence'], '7');
      const structured = build({ format: 'cloudevents_structured' }, delivery);
      assert.equal(attributesOf(structured)['partitionkey'], ordering_key);
    });
});

suite('data in structured mode, by content type and payload', () => {
  const JSON_TYPES = [
    'application/json',
    'Application/JSON ; charset=utf-8',
    'application/vnd.shop.order+json',
    'text/json',
  ];
  const OTHER_TYPES = ['text/plain', 'application/jsonp', 'application/xml+x; a=+json', 'json'];
  const PAYLOADS: [payload: string, isJson: boolean][] = [
    ['{"b": 1e400, "a": 1, "a": 2}', true],
    ['9007199254740993', true],
    [' \r\n\r\n[null] ', true],
    ['"text"', true],
    ['', false],
    ['no JSON', false],
    ['{"a": 1,}', false],
    ['1 2', false],
    ['\uFEFF{}', false],
    ['a\r\n\r\nb\u2028"\\', false],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, true],
  ];
  for (const contentType of [...JSON_TYPES, ...OTHER_TYPES])
    test(`${contentType} → ${JSON_TYPES.includes(contentType) ? 'JSON as it is, else a string' : 'a string'}`, () => {
      for (const [payload, isJson] of PAYLOADS) {
        const settings = { format: 'cloudevents_structured', contentType } as const;
        const { body } = build(settings, sent({ payload }));
        const isSpliced = isJson && JSON_TYPES.includes(contentType);
        const data = isSpliced ? payload : JSON.stringify(payload);
        assert.ok(body.endsWith(`,"data":${data}}`), body.slice(-60));
        const parsed = JSON.parse(body) as Record<string, unknown>;
        assert.equal(parsed['datacontenttype'], contentType);
        if (!isSpliced) assert.equal(parsed['data'], payload);
      }
    });
});

suite('signatures, by format and by what was posted', () => {
  const ALL: Signature[] = ['hub', 'hub_sha256', 'standard'];
  for (const format of ['raw', 'cloudevents_binary', 'cloudevents_structured'] as const)
    for (const event of [EVENT, DIRECT, null]) {
      const id = event === EVENT ? EVENT.id : 'delivery-7';
      const what = event === EVENT ? 'an event' : event === null ? 'nothing told' : 'delivery-7';
      test(`${format}, ${what} → by the id of ${event === EVENT ? 'the event' : 'the delivery'}, over the body that is sent`, () => {
        const { headers, body } = build({ format, signatures: ALL }, sent({ event }));
        const found = Object.fromEntries(headers);
        const hub = createHmac('sha256', TOKEN).update(body).digest('hex');
        const standard = createHmac('sha256', TOKEN).update(`${id}.${AT}.${body}`);
        assert.equal(found['X-Hub-Signature'], hub);
        assert.equal(found['X-Hub-Signature-256'], `sha256=${hub}`);
        assert.equal(found['webhook-id'], id);
        assert.equal(found['webhook-signature'], `v1,${standard.digest('base64')}`);
        assert.equal(found['webhook-event-type'], event === EVENT ? 'order.paid' : undefined);
        const names = headers.map(([name]) => name.toLowerCase());
        assert.deepEqual(names, names.toSorted());
      });
    }

  test('an event with signatures of hub alone, or without any → nothing of the event', () => {
    for (const signatures of [['hub'], ['hub_sha256'], []] as Signature[][]) {
      const names = build({ signatures }, sent()).headers.map(([name]) => name);
      assert.ok(!names.some((name) => name.startsWith('webhook-')), names.join());
    }
  });
});

/** What a CloudEvent says beside its data, in either mode. */
function attributesOf({ headers, body, isWrapped }: WebhookRequest): Record<string, unknown> {
  if (isWrapped) return JSON.parse(body) as Record<string, unknown>;
  return Object.fromEntries(headers.map(([name, value]) => [name.replace(/^ce-/, ''), value]));
}
