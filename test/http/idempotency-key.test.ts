import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { idempotencyKeyOf } from '../../src/http/idempotency-key.ts';
import { BadRequest } from '../../src/http/problem.ts';
import { freshDatabase } from '../setup/database.ts';
import { lockIdempotencyKey } from '../setup/key-lock.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, UNKNOWN_ID, type RawAnswer } from './request.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);
const webhook = await api.createWebhook();
const DRAFT = { webhook_id: webhook.id, payload: '{"a": 1}' };

const LONGEST = 'k'.repeat(255);

const KEYS: [value: string, key: string][] = [
  ['abc', 'abc'],
  ['"abc"', 'abc'],
  ['a, "b" \\c', 'a, "b" \\c'],
  ['"a \\"b\\" \\\\c"', 'a "b" \\c'],
  [' ~', ' ~'],
  [LONGEST, LONGEST],
  [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
];
for (const [value, key] of KEYS)
  test(`Idempotency-Key: ${value.slice(0, 20)} → the key ${key.slice(0, 20)}`, () => {
    assert.equal(idempotencyKeyOf([value]), key);
  });

test('no Idempotency-Key → none', () => assert.equal(idempotencyKeyOf([]), undefined));

test('any printable key in quotes, escaped → that key; any other text → a key or a refusal', () => {
  const printable = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 255 });
  fc.assert(
    fc.property(printable, fc.string({ unit: 'binary' }), (key, text) => {
      assert.equal(idempotencyKeyOf([`"${key.replaceAll(/["\\]/g, '\\$&')}"`]), key);
      try {
        assert.match(idempotencyKeyOf([text]) ?? '', /^[ -~]{1,255}$/);
      } catch (error) {
        assert.ok(error instanceof BadRequest);
      }
    }),
  );
});

const CHARACTERS = 'must be 1 to 255 printable ASCII characters';
const QUOTE = 'must end with the quote that it begins with, with \\" and \\\\ for " and \\ in it';
const REFUSED: [value: string | string[], why: string][] = [
  ['', CHARACTERS],
  ['""', CHARACTERS],
  [`${LONGEST}k`, CHARACTERS],
  [`"${LONGEST}k"`, CHARACTERS],
  ['a\tb', CHARACTERS],
  ['gr\xfc\xdfe', CHARACTERS],
  ['"', QUOTE],
  ['"abc', QUOTE],
  ['"abc" ;q=1', QUOTE],
  ['"a"b"', QUOTE],
  ['"a\\b"', QUOTE],
  ['"abc\\"', QUOTE],
  ['"a\tb"', QUOTE],
  [['abc', 'abc'], 'must be there only once'],
  [['"a"', '"b"'], 'must be there only once'],
];

for (const [value, why] of REFUSED)
  test(`Idempotency-Key: ${JSON.stringify(value).slice(0, 20)} → 400 that says why, and nothing is stored`, async () => {
    const before = await stored();
    const answer = await post(value, DRAFT);
    assert.deepEqual(
      [answer.status, answer.json],
      [400, { code: 4, message: 'request validation failed', details: `Idempotency-Key: ${why}` }],
    );
    assert.deepEqual(await stored(), before);
  });

test('the same once more, however it is written → 201 with the same delivery and Idempotency-Replayed', async () => {
  const first = await post('same', DRAFT);
  assert.deepEqual([first.status, first.headers['idempotency-replayed']], [201, undefined]);
  const { webhook_id, payload } = DRAFT;
  for (const body of [
    { payload, webhook_id: webhook_id.toUpperCase(), ordering_key: null, expires_at: null },
    first.json as object,
  ]) {
    const again = await post('"same"', body);
    assert.deepEqual([again.status, again.headers['idempotency-replayed']], [201, 'true']);
    assert.equal(again.text, first.text);
  }
});

test('times that are the same moment → the same request', async () => {
  const expiring = (expires_at: string) => post('moment', { ...DRAFT, expires_at });
  const first = await expiring('2126-11-24T16:26:01Z');
  const again = await expiring('2126-11-24t17:26:01.0000009+01:00');
  assert.deepEqual([again.status, again.text], [201, first.text]);
});

test('another request with the key → 422 with code 24', async () => {
  await post('other', DRAFT);
  const { status, json } = await post('other', { ...DRAFT, payload: '{"a":1}' });
  assert.equal(status, 422);
  assert.deepEqual(json, {
    code: 24,
    message: 'idempotency key reused',
    details: 'Idempotency-Key: it was used for another request',
  });
});

test('its delivery was deleted → 409 with code 25', async () => {
  const { id } = (await post('gone', DRAFT)).json as { id: string };
  await api.call('DELETE', `/deliveries/${id}`);
  const { status, json } = await post('gone', DRAFT);
  assert.deepEqual([status, (json as { code: number }).code], [409, 25]);
});

test('a transaction that does not end has the key → 409 with code 26 and Retry-After', async (t) => {
  const letGo = await lockIdempotencyKey(t, database, 'held');
  const { status, json, headers } = await post('held', DRAFT);
  await letGo();
  assert.deepEqual([status, headers['retry-after']], [409, '2']);
  assert.equal((json as { code: number }).code, 26);
  assert.equal((await post('held', DRAFT)).status, 201);
});

test('a request that is refused → its key is free', async () => {
  for (const bad of [
    { ...DRAFT, webhook_id: UNKNOWN_ID },
    { ...DRAFT, payload: 5 },
  ])
    assert.ok([400, 404].includes((await post('refused', bad)).status));
  const { status, headers } = await post('refused', DRAFT);
  assert.deepEqual([status, headers['idempotency-replayed']], [201, undefined]);
});

test('an operation without keys → the header is ignored, as before', async () => {
  const { status } = await send('GET', `${api.url}/v1/webhooks`, {
    headers: { 'Idempotency-Key': '' },
  });
  assert.equal(status, 200);
});

function post(key: string | string[], body: object): Promise<RawAnswer> {
  return send('POST', `${api.url}/v1/deliveries`, {
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify(body),
  });
}

async function stored(): Promise<unknown> {
  const { rows } = await database.pool.query(
    `select (select count(*) from deliveries) as deliveries,
       (select count(*) from idempotency_keys) as keys`,
  );
  return rows[0];
}
