import assert from 'node:assert/strict';
import { request } from 'node:http';
import { suite, test } from 'node:test';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, type RawAnswer } from './request.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);
const URL_OF_WEBHOOKS = `${api.url}/v1/webhooks`;
const URL_OF_DELIVERIES = `${api.url}/v1/deliveries`;
const { id: webhookId } = await api.createWebhook();

const MIB = 1024 * 1024;
const JSON_TYPE = { 'Content-Type': 'application/json' };

const post = (
  body: string | Buffer | (string | Buffer)[],
  headers: Record<string, string> = JSON_TYPE,
  url = URL_OF_WEBHOOKS,
) => send('POST', url, { headers, body });

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** The settings as JSON text, with a value written as it stands. */
const settingsWith = (name: string, written: string) =>
  `{${Object.entries({ ...SETTINGS, [name]: undefined })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`)
    .join('')}${JSON.stringify(name)}:${written}}`;

suite('a body that is not JSON', () => {
  const MALFORMED: Record<string, string | Buffer> = {
    'plain text': 'hello',
    'a document cut short': JSON.stringify(SETTINGS).slice(0, -1),
    'two documents': `${JSON.stringify(SETTINGS)}{}`,
    'two documents on two lines': `${JSON.stringify(SETTINGS)}\n${JSON.stringify(SETTINGS)}`,
    'a trailing comma': '{"name":"abc",}',
    'single quotes': `{'name':'abc'}`,
    NaN: settingsWith('max_delivery_attempts', 'NaN'),
    'a comment': `/* */${JSON.stringify(SETTINGS)}`,
    'a line break within a string': settingsWith('name', '"ab\ncd"'),
    'bytes that are not UTF-8': Buffer.from(settingsWith('name', '"ab\xff\xfecd"'), 'latin1'),
    'a surrogate written in bytes': Buffer.concat([
      Buffer.from('{"name":"ab'),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('"}'),
    ]),
    'UTF-16': Buffer.from(JSON.stringify(SETTINGS), 'utf16le'),
  };
  for (const [what, body] of Object.entries(MALFORMED)) {
    test(`${what} → 400 with code 3`, async () => expectProblem(await post(body), [400, 3]));
  }

  test('deep nesting without an end → 400 with code 3', async () =>
    expectProblem(await post('['.repeat(500_000)), [400, 3]));
});

suite('JSON that is not the settings of a webhook', () => {
  for (const [what, body] of Object.entries({
    'an array': '[]',
    'a string': '"hello"',
    'a number': '5',
    null: 'null',
    true: 'true',
    'an array in an array in an array': '[[[]]]',
  })) {
    test(`${what} → 400 with code 4`, async () => expectProblem(await post(body), [400, 4]));
  }

  test('nothing at all → 400', async () => {
    for (const headers of [JSON_TYPE, {}]) {
      const answer = await send('POST', URL_OF_WEBHOOKS, {
        headers: { ...headers, 'Content-Length': '0' },
      });
      assert.equal(answer.status, 400, answer.text);
      assert.ok([3, 4].includes((answer.json as { code: number }).code), answer.text);
    }
  });

  test('a field nested 1,000 deep → 400 that names it', async () =>
    expectProblem(await post(settingsWith('name', nested(1000))), [400, 4], /^name/));

  test('nesting that is too deep to be read → 400 in words that help the caller', async () => {
    for (const body of [nested(100_000), settingsWith('name', nested(100_000))]) {
      const answer = await post(body);
      assert.equal(answer.status, 400);
      assert.doesNotMatch(answer.text, /call stack/);
    }
  });
});

suite('JSON that the API does not accept', () => {
  const INVALID: [what: string, body: string, field: RegExp][] = [
    [
      '200.0 for a whole number',
      settingsWith('valid_status_codes', '[200.0]'),
      /^valid_status_codes/,
    ],
    [
      '1e1 for a whole number',
      settingsWith('max_delivery_attempts', '1e1'),
      /^max_delivery_attempts/,
    ],
    ['3.0 for a whole number', settingsWith('retry_min_backoff', '3.0'), /^retry_min_backoff/],
    [
      'a number beyond 2^53',
      settingsWith('retry_max_backoff', '99999999999999999999'),
      /^retry_max_backoff/,
    ],
    ['1e400', settingsWith('delivery_attempt_timeout', '1e400'), /^delivery_attempt_timeout/],
    ['an escaped U+0000', settingsWith('name', '"ab\\u0000c"'), /^name/],
    [
      'an escaped unpaired surrogate',
      settingsWith('secret_token', '"ab\\ud800c"'),
      /^secret_token/,
    ],
    ['surrogates in the wrong order', settingsWith('name', '"ab\\udc00\\ud800"'), /^name/],
    ['__proto__', settingsWith('__proto__', '{"active":true}'), /^__proto__/],
    ['constructor', settingsWith('constructor', '{"prototype":{"active":true}}'), /^constructor/],
    ['a field in other case', settingsWith('Name', '"abc"'), /^Name/],
  ];
  for (const [what, body, field] of INVALID) {
    test(`${what} → 400 that names the field`, async () =>
      expectProblem(await post(body), [400, 4], field));
  }

  test('a __proto__ that is refused → nothing of it stays in the process', async () => {
    await post(settingsWith('__proto__', '{"polluted":true}'));
    assert.equal((Object.prototype as Record<string, unknown>)['polluted'], undefined);
  });
});

suite('JSON that the API accepts', () => {
  test('a surrogate pair in escapes → one character', async () => {
    const answer = await post(settingsWith('name', '"\\ud83e\\udd80\\u00e9\\""'));
    assert.equal(answer.status, 201);
    assert.equal((answer.json as Webhook).name, '\u{1F980}é"');
  });

  test('a field twice → the last one counts', async () => {
    const answer = await post(settingsWith('name', '"first one","name":"second one"'));
    assert.equal(answer.status, 201);
    assert.equal((answer.json as Webhook).name, 'second one');
  });

  test('a byte order mark in front → ignored, as RFC 8259 allows', async () =>
    assert.equal((await post(`\ufeff${JSON.stringify(SETTINGS)}`)).status, 201));

  test('spaces and line breaks around the document, and a body in many pieces → 201', async () => {
    assert.equal((await post(` \r\n\t${JSON.stringify(SETTINGS)}\n`)).status, 201);
    assert.equal((await post(JSON.stringify(SETTINGS).split(''))).status, 201);
  });
});

suite('the media type', () => {
  const ACCEPTED = [
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; x=1',
  ];
  for (const type of ACCEPTED) {
    test(`${type} → 201`, async () =>
      assert.equal((await post(JSON.stringify(SETTINGS), { 'Content-Type': type })).status, 201));
  }

  const REFUSED = [
    'text/plain',
    'application/xml',
    'application/jsonx',
    'application/json-patch+json',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
    '',
  ];
  for (const type of REFUSED) {
    test(`${type || 'an empty one'} → 415 with code 10`, async () =>
      expectProblem(await post(JSON.stringify(SETTINGS), { 'Content-Type': type }), [415, 10]));
  }

  test('no Content-Type → 415 with code 10', async () =>
    expectProblem(await post(JSON.stringify(SETTINGS), {}), [415, 10]));

  test('a compressed body → 415', async () =>
    expectProblem(
      await post(JSON.stringify(SETTINGS), { ...JSON_TYPE, 'Content-Encoding': 'gzip' }),
      [415, 10],
    ));

  test('a body for an operation that has none → ignored, whatever its type', async () => {
    const { id } = await api.createWebhook();
    const body = { headers: { 'Content-Type': 'text/plain' }, body: 'hello' };
    assert.equal((await send('GET', `${URL_OF_WEBHOOKS}/${id}`, body)).status, 200);
    assert.equal((await send('DELETE', `${URL_OF_WEBHOOKS}/${id}`, body)).status, 204);
  });
});

suite('the size', () => {
  const ofSize = (bytes: number) => {
    const empty = JSON.stringify({ webhook_id: webhookId, payload: '' });
    return JSON.stringify({ webhook_id: webhookId, payload: 'x'.repeat(bytes - empty.length) });
  };

  test('exactly the limit → 201; one byte more → 413 with code 11', async () => {
    assert.equal((await post(ofSize(MIB), JSON_TYPE, URL_OF_DELIVERIES)).status, 201);
    expectProblem(await post(ofSize(MIB + 1), JSON_TYPE, URL_OF_DELIVERIES), [413, 11]);
  });

  test('too large a Content-Length → 413 before the body is sent, and the connection is closed', async () => {
    const { status, connection } = await new Promise<{ status: number; connection: string }>(
      (resolve, reject) => {
        const headers = { ...JSON_TYPE, 'Content-Length': String(MIB + 1) };
        const sent = request(
          URL_OF_DELIVERIES,
          { method: 'POST', headers, agent: false },
          (response) => {
            resolve({
              status: response.statusCode ?? 0,
              connection: response.headers.connection ?? '',
            });
            sent.destroy();
          },
        );
        sent.on('error', reject).flushHeaders();
      },
    );
    assert.deepEqual([status, connection], [413, 'close']);
  });

  test('too large a body in pieces, without a Content-Length → 413 with code 11', async () => {
    const answer = await post(
      Array.from({ length: 17 }, () => 'x'.repeat(MIB / 16)),
      JSON_TYPE,
      URL_OF_DELIVERIES,
    );
    expectProblem(answer, [413, 11]);
  });

  test('POSTMAND_REQUEST_BODY_LIMIT → that is the limit, and a refusal names it', async (t) => {
    const env = { POSTMAND_DATABASE_URL: database.url, POSTMAND_REQUEST_BODY_LIMIT: '2000' };
    const { port } = await postmand(t, ['server'], { env }).event('server.started');
    const url = `http://127.0.0.1:${String(port)}/v1/deliveries`;
    assert.equal((await post(ofSize(2000), JSON_TYPE, url)).status, 201);
    expectProblem(await post(ofSize(2001), JSON_TYPE, url), [413, 11], /2000 bytes/);
  });
});

function expectProblem(
  answer: RawAnswer,
  [status, code]: [status: number, code: number],
  details = /./,
): void {
  assert.equal(answer.status, status, answer.text);
  const problem = answer.json as { code: number; message: string; details: string };
  assert.equal(problem.code, code, answer.text);
  assert.match(problem.details, details);
}
