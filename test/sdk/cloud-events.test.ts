import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { HTTP, type CloudEvent } from 'cloudevents';
import { startLine } from '../journey/line.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import type { Format } from '../../src/webhooks/request/format.ts';
import { judgeBy } from './judges.ts';
import { noPython310, pythonWithPackages } from './toolchains.ts';

/** What a real worker sends is read by the SDKs that CloudEvents publishes. */

/** What an SDK reads. `data` of text is text, and that of JSON its value. */
type Read = { attributes: Record<string, unknown>; data: unknown };
type Expected = Read & { format: Format };

const UNICODE = 'städte: Zürich, 東京, 🚀 "%20"\r\n\r\n\u2028';
const CASES: [contentType: string, payload: string, data: unknown][] = [
  ['application/json', '{"amount": 5, "a": [1.50, null]}', { amount: 5, a: [1.5, null] }],
  ['application/json', JSON.stringify({ städte: UNICODE }), { städte: UNICODE }],
  ['application/json', '[]', []],
  ['text/plain; charset=utf-8', UNICODE, UNICODE],
  ['text/plain', '{"not": "read"}', '{"not": "read"}'],
];
const KEYS = [null, 'order-1042', `${UNICODE}\u0007`];

const { api, pool, receiver } = await startLine(wholeFile);
const expected = new Map<string, Expected>();
await pool.query(
  `insert into event_types (name) select 'order.n' || i from generate_series(0, 9) i`,
);
for (const format of ['cloudevents_binary', 'cloudevents_structured'] as const)
  for (const [i, [contentType, payload, data]] of CASES.entries()) {
    const type = `order.n${expected.size / (KEYS.length + 1)}`;
    const webhook = await api.createWebhook({
      ...{ ...GIVEN, event_types: [type] },
      ...{ url: `${receiver.url}/${format}/${i}`, content_type: contentType, format },
    });
    const read = (id: string, type: string, time: string): Expected => ({
      ...{ format, data },
      attributes: {
        ...{ specversion: '1.0', id, type, source: '/postmand', datacontenttype: contentType },
        time,
      },
    });
    const direct = await api.createDelivery(webhook.id, payload);
    expected.set(direct.id, read(direct.id, 'postmand.delivery', direct.created_at));
    for (const ordering_key of KEYS) {
      const { body: event } = await api.call('POST', '/events', { type, payload, ordering_key });
      const one = read(event.id, type, event.created_at);
      if (ordering_key !== null) one.attributes['partitionkey'] = ordering_key;
      expected.set(event.id, one);
    }
  }
const sent = (await receiver.count(expected.size)).map(({ headers, body }) => ({
  headers: headers as Record<string, string>,
  body,
}));

test('the SDK for JavaScript → reads each as the event that it is', () => {
  // It leaves what is encoded in a header as it is.
  const isEncoded = true;
  judge(
    sent.map(({ headers, body }) => readHere(HTTP.toEvent({ headers, body }) as CloudEvent)),
    isEncoded,
  );
});

test(
  'the SDK for Python → reads each as the event that it is',
  { skip: noPython310 },
  async (t: TestContext) => {
    const python = await pythonWithPackages(t);
    if (python === undefined) return;
    judge(await judgeBy<Read[]>(t, [python, 'parse_events.py'], { requests: sent }));
  },
);

/** Attributes that an event does not have are left out. */
function readHere({ data, ...attributes }: CloudEvent): Read {
  return { data, attributes: JSON.parse(JSON.stringify(attributes)) as Read['attributes'] };
}

/** `isEncoded`: ordering keys are as their header has them. */
function judge(found: Read[], isEncoded = false): void {
  assert.equal(found.length, expected.size);
  for (const { attributes, data } of found) {
    const read = expected.get(String(attributes['id']));
    assert.ok(read, `an event of id ${String(attributes['id'])}`);
    const { time, partitionkey, ...others } = read.attributes;
    const { time: foundTime, partitionkey: foundKey, ...foundOthers } = attributes;
    assert.deepEqual(foundOthers, others);
    assert.equal(
      new Date(String(foundTime)).getTime(),
      new Date(String(time)).getTime(),
      String(foundTime),
    );
    const isHeader = isEncoded && read.format === 'cloudevents_binary';
    const key = isHeader && typeof foundKey === 'string' ? decodeURIComponent(foundKey) : foundKey;
    assert.equal(key, partitionkey);
    assert.deepEqual(data, read.data);
  }
}
