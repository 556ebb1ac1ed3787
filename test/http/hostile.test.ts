import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { startApi } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, UNKNOWN_ID, type RawAnswer } from './request.ts';

const database = await freshDatabase(wholeFile);
const log = keepingLog();
const api = await startApi(wholeFile, database, { log });
const { id: webhookId } = await api.createWebhook();

const JSON_TYPE = { 'Content-Type': 'application/json' };
const post = (path: string, body: string) =>
  send('POST', `${api.url}/v1${path}`, { headers: JSON_TYPE, body });

suite('hostile fields', () => {
  const WRITTEN = [
    '"a\\u0000b"',
    '"\\ud800"',
    '1e999',
    '-1e999',
    '123456789012345678901234567890',
    '0.1',
    '-0',
    '[[[[]]]]',
    '{"__proto__":{"a":1}}',
    '{"toString":1,"valueOf":1}',
    '[]',
    '{}',
    'true',
    `"${'x'.repeat(100_000)}"`,
    `[${'1,'.repeat(50_000)}1]`,
    `${'['.repeat(2000)}${']'.repeat(2000)}`,
  ];
  /** What is no fault in some field. */
  const ALLOWED = new Map([
    ['payload', [`"${'x'.repeat(100_000)}"`]],
    ['active', ['true']],
    ['honor_retry_after', ['true']],
    ['propagate_trace', ['true']],
    ['retry_jitter', ['0.1', '-0']],
    ['delivery_attempts', ['-0']],
    ['headers', ['{}']],
    ['metadata', ['{}']],
    ['event_types', ['[]']],
    ['filter', ['{}']],
  ]);
  const BODIES: [path: string, valid: object, extra: string[]][] = [
    [
      '/webhooks',
      SETTINGS,
      ['id', 'created_at', 'updated_at', '__proto__', 'constructor', 'hasOwnProperty'],
    ],
    [
      '/deliveries',
      { webhook_id: webhookId, payload: 'x' },
      ['id', 'status', 'held_reason', 'delivery_attempts', 'scheduled_at', '__proto__'],
    ],
  ];
  for (const [path, valid, extra] of BODIES) {
    for (const name of [...Object.keys(valid), ...extra]) {
      test(`POST ${path}, anything for ${name} → 400 that names it`, async () => {
        const rest = Object.entries(valid).flatMap(([key, value]) =>
          key === name ? [] : [`${JSON.stringify(key)}:${JSON.stringify(value)}`],
        );
        for (const written of WRITTEN) {
          if (ALLOWED.get(name)?.includes(written)) continue;
          const answer = await post(
            path,
            `{${[...rest, `${JSON.stringify(name)}:${written}`].join(',')}}`,
          );
          expectRefusal(answer, written);
          const { details } = answer.json as { details: string };
          assert.ok(
            details.startsWith(`${name}:`) || details.startsWith(`${name}.`),
            `${details} for ${written.slice(0, 50)}`,
          );
        }
      });
    }
  }

  test('a name of a megabyte, of slashes, of dots, of nothing → 400 that does not repeat it whole', async () => {
    for (const name of [
      'x'.repeat(1_000_000),
      '/'.repeat(1000),
      '~1~0',
      '..',
      '',
      ' ',
      '\u0000',
      '\ud800',
      '"',
      '\n',
    ]) {
      const answer = await post(
        '/deliveries',
        `{"webhook_id":"${webhookId}",${JSON.stringify(name)}:1}`,
      );
      expectRefusal(answer, name);
      assert.ok(answer.text.length < 2000, 'it repeats what it was sent');
    }
  });

  test('80,000 unknown fields → 400 within a moment', async () => {
    const fields = Array.from({ length: 80_000 }, (_, i) => `"f${i}":1`).join(',');
    expectRefusal(await post('/deliveries', `{"webhook_id":"${webhookId}",${fields}}`), 'many');
  });
});

suite('hostile parameters', () => {
  const QUERIES = [
    'limit[]=1',
    'limit[a]=1',
    'limit=1&limit=2',
    'limit=%7B%22a%22:1%7D',
    'limit=1,2',
    'webhook_id[]=x',
    'webhook_id[$ne]=x',
    `webhook_id=${webhookId}&webhook_id=${webhookId}`,
    `webhook_id=${webhookId}%00`,
    `webhook_id=${'a'.repeat(10_000)}`,
    'status=pending&status=failed',
    'status=pending%00',
    'status=%F0%9F%A6%80',
    'status=%ff%fe',
    'created_at.gt[]=2026-01-01T00:00:00Z',
    `created_at.gt=${'9'.repeat(10_000)}`,
    'created_at.gt=2026-01-01T00:00:00Z%00',
    'created_at=2026-01-01T00:00:00Z',
    'created_at[gt]=2026-01-01T00:00:00Z',
    'cursor[]=AAAA',
    'cursor=AAAA&cursor=AAAA',
    'cursor=%00',
    'cursor=%F0%9F%A6%80',
    'cursor=AAAA%3D%3D',
    `cursor=${'A'.repeat(2048)}`,
    `cursor=${'A'.repeat(10_000)}`,
    'ordering_key[]=x',
    'ordering_key=%00',
    `ordering_key=${'a'.repeat(10_000)}`,
    'held_reason=backlog',
    'failed_reason=attempts%00',
    '__proto__=1',
    '__proto__[limit]=1',
    'constructor=1',
    'constructor[prototype][limit]=1',
    'hasOwnProperty=1',
    'toString=1',
    `${'x'.repeat(10_000)}=1`,
    '%00=1',
    '%zz=1',
    Array.from({ length: 1500 }, (_, i) => `a${i}=1`)
      .join('&')
      .slice(0, 14_000),
  ];
  for (const query of QUERIES) {
    test(`GET /deliveries?${query.slice(0, 40)} → 400 that names it`, async () => {
      const answer = await send('GET', `${api.url}/v1/deliveries?${query}`);
      expectRefusal(answer, query);
      assert.match((answer.json as { details: string }).details, /^[^:]+(: |…$)/);
      assert.ok(answer.text.length < 2000, 'it repeats what it was sent');
    });
  }

  for (const id of [
    '%00',
    `${UNKNOWN_ID}%00`,
    '%zz',
    '%',
    '%e0%a4%a',
    '%ff',
    '..%2f..',
    'x'.repeat(14_000),
    '%F0%9F%A6%80',
    '%5B%5D',
    `${UNKNOWN_ID};x=1`,
  ]) {
    test(`GET, PUT and DELETE of the id ${id.slice(0, 40)} → 404 with code 2`, async () => {
      for (const [method, path] of [
        ['GET', 'webhooks'],
        ['PUT', 'webhooks'],
        ['DELETE', 'webhooks'],
        ['GET', 'deliveries'],
        ['DELETE', 'deliveries'],
        ['GET', 'delivery-attempts'],
      ]) {
        const body = method === 'PUT' ? { headers: JSON_TYPE, body: JSON.stringify(SETTINGS) } : {};
        const { status, json, text } = await send(
          method ?? '',
          `${api.url}/v1/${path}/${id}`,
          body,
        );
        assert.deepEqual(
          [status, json],
          [404, { code: 2, message: 'invalid id' }],
          `${method} ${path}: ${text}`,
        );
      }
    });
  }
});

suite('a flood', () => {
  const FLOODS: [what: string, one: (i: number) => Promise<RawAnswer>][] = [
    [
      'of media types of a POST',
      (i) =>
        send('POST', `${api.url}/v1/deliveries`, {
          headers: { 'Content-Type': `application/json; x=${i}` },
          body: '{}',
        }),
    ],
    [
      'of media types that are not JSON',
      (i) =>
        send('POST', `${api.url}/v1/deliveries`, {
          headers: { 'Content-Type': `text/x${i}` },
          body: '{}',
        }),
    ],
    [
      'of media types of a GET',
      (i) =>
        send('GET', `${api.url}/v1/webhooks/${UNKNOWN_ID}`, {
          headers: { 'Content-Type': `a/x${i}` },
        }),
    ],
    [
      'of media types of a DELETE',
      (i) =>
        send('DELETE', `${api.url}/v1/webhooks/${UNKNOWN_ID}`, {
          headers: { 'Content-Type': `a/x${i}` },
        }),
    ],
    ['of parameters', (i) => send('GET', `${api.url}/v1/webhooks?x${i}=1`)],
    [
      'of fields',
      (i) => send('POST', `${api.url}/v1/deliveries`, { headers: JSON_TYPE, body: `{"x${i}":1}` }),
    ],
    ['of paths', (i) => send('GET', `${api.url}/v1/x${i}`)],
    ['of ids', (i) => send('GET', `${api.url}/v1/webhooks/x${i}`)],
  ];
  for (const [what, one] of FLOODS) {
    test(`${what}, no two alike → nothing of it stays in memory`, async () => {
      const flood = async (from: number, to: number) => {
        for (let i = from; i < to; i += 20)
          await Promise.all(Array.from({ length: 20 }, (_, k) => one(i + k)));
        log.lines.length = 0;
      };
      await flood(0, 200);
      const before = await heapBytes();
      await flood(200, 600);
      // A compiled schema that stayed would take some 20 KB; noise is a tenth of that.
      const grown = ((await heapBytes()) - before) / 400;
      assert.ok(grown < 4000, `${Math.round(grown)} bytes for each request stay`);
    });
  }
});

test('all of that → no error in the log, nothing stored', async () => {
  assert.deepEqual(
    log.lines.filter(({ level }) => level !== 'info'),
    [],
  );
  const { rows } = await database.pool.query(
    'select (select count(*)::int from webhooks) as webhooks, (select count(*)::int from deliveries) as deliveries',
  );
  assert.deepEqual(rows, [{ webhooks: 1, deliveries: 0 }]);
});

function expectRefusal(answer: RawAnswer, what: string): void {
  assert.equal(answer.status, 400, `${what.slice(0, 60)}: ${answer.text.slice(0, 300)}`);
  assert.equal((answer.json as { code: number }).code, 4, answer.text.slice(0, 300));
}

/** What is still in use after a collection. */
async function heapBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
