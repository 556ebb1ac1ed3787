import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventIn, type SeenEvent } from '../../src/receiver/seen-event.ts';

const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const BOTH = { id: 'b81d7e09', type: 'order.paid' };

const CASES: [when: string, headers: object, body: string, found: SeenEvent | undefined][] = [
  ['nothing', { 'content-type': 'application/json' }, JSON.stringify(BOTH), undefined],
  ['an event in binary mode', { 'ce-id': BOTH.id, 'ce-type': BOTH.type }, '', BOTH],
  ['an event in structured mode', STRUCTURED, JSON.stringify(BOTH), BOTH],
  [
    'an event of Standard Webhooks',
    { 'webhook-id': BOTH.id, 'webhook-event-type': BOTH.type },
    '',
    BOTH,
  ],
  ['a delivery of Standard Webhooks', { 'webhook-id': 'a' }, '', { id: 'a', type: undefined }],
  [
    'what is encoded in a header',
    { 'ce-id': 'a%20%C3%A9%0Ab' },
    '',
    { id: 'a é b', type: undefined },
  ],
  ['what is encoded badly', { 'ce-id': '%E9' }, '', { id: '%E9', type: undefined }],
  ['a body that is no JSON', STRUCTURED, '{', undefined],
  ['a body that is no object', STRUCTURED, 'null', undefined],
  ['members of other types', STRUCTURED, '{"id": 1, "type": {}}', undefined],
];

for (const [when, headers, body, found] of CASES)
  test(`${when} → ${found === undefined ? 'no event' : 'what it says'}`, () =>
    assert.deepEqual(eventIn({ headers: { ...headers }, body: Buffer.from(body) }), found));

test('a very long id → its beginning', () => {
  const found = eventIn({ headers: { 'ce-id': 'x'.repeat(10_000) }, body: Buffer.alloc(0) });
  assert.equal(found?.id?.length, 200);
});
