import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, UNKNOWN_ID } from './request.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);
const { id: webhookId } = await api.createWebhook();

const LISTS = ['/webhooks', '/deliveries', '/delivery-attempts'];

const BAD_NUMBERS = [
  '0',
  '-1',
  '1001',
  '1.5',
  '1.0',
  '1e2',
  '0x10',
  'abc',
  '%202',
  '2%20',
  '%2B2',
  '+2',
  '',
  '٣',
  '9223372036854775808',
  'NaN',
  '1_0',
];

for (const value of BAD_NUMBERS) {
  test(`limit=${value} → 400 that names it`, async () => {
    for (const list of LISTS) await expectRefused(`${list}?limit=${value}`, 'limit');
  });
}

for (const value of ['-1', '1.5', '1e2', '0x10', 'abc', '', '2147483648', '99999999999999999999']) {
  test(`offset=${value} → 400 that names it`, async () => {
    for (const list of LISTS) await expectRefused(`${list}?offset=${value}`, 'offset');
  });
}

const BAD: Record<string, [list: string, query: string][]> = {
  limit: [
    ['/webhooks', 'limit=2&limit=3'],
    ['/webhooks', 'limit=2&limit=2'],
    ['/deliveries', 'offset=1&limit=x&status=failed'],
  ],
  active: [
    ...['TRUE', '1', 't', 'yes', '', 'null'].map((value): [string, string] => [
      '/webhooks',
      `active=${value}`,
    ]),
    ['/webhooks', 'active=true&active=false'],
  ],
  success: ['TRUE', '0', 'f', '', 'true,false'].map((value) => [
    '/delivery-attempts',
    `success=${value}`,
  ]),
  status: ['PENDING', 'bogus', '', 'pending,failed', '%ff', 'null'].map((value) => [
    '/deliveries',
    `status=${value}`,
  ]),
  webhook_id: [
    ...LISTS.slice(1).flatMap((list) =>
      [
        'bad',
        '',
        UNKNOWN_ID.replaceAll('-', ''),
        `%7B${UNKNOWN_ID}%7D`,
        `urn:uuid:${UNKNOWN_ID}`,
        `${UNKNOWN_ID}x`,
      ].map((value): [string, string] => [list, `webhook_id=${value}`]),
    ),
    ['/deliveries', `webhook_id=${UNKNOWN_ID}&webhook_id=${UNKNOWN_ID}`],
  ],
  delivery_id: [
    ['/delivery-attempts', 'delivery_id=bad'],
    ['/delivery-attempts', 'delivery_id='],
  ],
};

for (const [name, cases] of Object.entries(BAD)) {
  test(`a bad ${name} → 400 that names it`, async () => {
    for (const [list, query] of cases) await expectRefused(`${list}?${query}`, name);
  });
}

const UNKNOWN: [path: string, name: string][] = [
  ['/webhooks?foo=bar', 'foo'],
  ['/webhooks?LIMIT=2', 'LIMIT'],
  ['/webhooks?status=pending', 'status'],
  ['/webhooks?success=true', 'success'],
  ['/webhooks?webhook_id=bad', 'webhook_id'],
  ['/deliveries?success=true', 'success'],
  ['/deliveries?payload=x', 'payload'],
  ['/deliveries?delivery_id=bad', 'delivery_id'],
  ['/delivery-attempts?status=failed', 'status'],
  ['/webhooks?created_at=2024-01-02T00:00:00Z', 'created_at'],
  ['/webhooks?created_at.eq=2024-01-02T00:00:00Z', 'created_at.eq'],
  ['/webhooks?limit[]=2', 'limit'],
  ['/webhooks?__proto__=1', '__proto__'],
  ['/webhooks?constructor=1', 'constructor'],
  [`/webhooks/${webhookId}?foo=bar`, 'foo'],
];

for (const [path, name] of UNKNOWN) {
  test(`GET ${path.replace(webhookId, '{id}')} → 400 that names ${name}`, async () =>
    expectRefused(path, name));
}

test('an unknown parameter of an operation that writes → 400, and nothing is written', async () => {
  for (const [method, path] of [
    ['PUT', `/webhooks/${webhookId}?dry_run=true`],
    ['DELETE', `/webhooks/${webhookId}?dry_run=true`],
    ['POST', '/webhooks?dry_run=true'],
  ] as const) {
    const body =
      method === 'DELETE'
        ? undefined
        : { ...(await api.call('GET', `/webhooks/${webhookId}`)).body, name: 'changed' };
    const answer = await api.call(method, path, body);
    assert.equal(answer.status, 400, method);
    assert.match((answer.body as { details: string }).details, /^dry_run/);
  }
  const { body } = await api.call('GET', '/webhooks');
  assert.deepEqual(
    (body as { webhooks: { name: string }[] }).webhooks.map(({ name }) => name),
    ['a webhook'],
  );
});

suite('a time in a query', () => {
  const GOOD = [
    '2024-01-02T00:00:00Z',
    '2024-01-02T00:00:00.1Z',
    '2024-01-02T00:00:00.123456789Z',
    '2024-02-29T23:59:59%2B14:00',
    '2024-01-02T00:00:00-12:30',
    '2024-01-02T00%3A00%3A00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999Z',
    '2024-01-02t00:00:00z',
    '2021-03-08T20:41:25-22:06',
    '2024-01-02T00:00:00%2B23:59',
    '2016-12-31T23:59:60Z',
    '0000-01-01T00:00:00Z',
    '0000-01-01T00:00:00%2B23:59',
    '9999-12-31T23:59:59-23:59',
    `2024-01-02T00:00:00.${'1'.repeat(1000)}Z`,
  ];
  const BAD_TIMES = [
    '2024-01-02',
    '2024-01-02T00:00:00',
    '2024-01-02%2000:00:00Z',
    '2024-01-02T00:00Z',
    '2024-01-02T24:00:00Z',
    '2024-01-02T00:00:60Z',
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-02T00:00:00+02:00',
    '2024-01-02T00:00:00%2B0200',
    '2024-01-02T00:00:00%2B24:00',
    '2024-01-02T00:00:00-23:60',
    '2024-01-02T23:59:60%2B01:00',
    '-infinity',
    '10000-01-01T00:00:00Z',
    '1704153600',
    'now',
    'infinity',
    '',
    `2024-01-02T00:00:00Z'%20or%201=1`,
  ];
  for (const bound of ['gt', 'gte', 'lt', 'lte']) {
    test(`created_at.${bound} in RFC 3339 → 200`, async () => {
      for (const list of LISTS) {
        for (const time of GOOD) {
          const { status, body } = await api.call('GET', `${list}?created_at.${bound}=${time}`);
          assert.equal(status, 200, `${list} ${time}: ${JSON.stringify(body)}`);
        }
      }
    });

    test(`created_at.${bound} in another form → 400 that names it`, async () => {
      for (const list of LISTS)
        for (const time of BAD_TIMES)
          await expectRefused(`${list}?created_at.${bound}=${time}`, `created_at.${bound}`);
    });
  }

  test('a + that was not encoded → 400 that says how to write it', async () => {
    const { body } = await api.call('GET', '/webhooks?created_at.gt=2024-01-02T00:00:00+02:00');
    assert.match((body as { details: string }).details, /write \+ as %2B/);
  });
});

test('two parameters at fault → 400 that names the first', async () => {
  const { status, body } = await api.call('GET', '/deliveries?status=bogus&webhook_id=bad');
  assert.equal(status, 400);
  const { details } = body as { details: string };
  assert.match(details, /^(status|webhook_id): /);
});

test('invalid escapes and odd separators → 400 or 200, never a 500', async () => {
  for (const query of [
    'limit=%zz',
    'status=%e0%a4%a',
    '&&&',
    '?',
    '=',
    '=1',
    'limit=2;offset=1',
    '%00=1',
    'a%00b',
    '\u{7f}',
    `x=${'y'.repeat(10_000)}`,
  ]) {
    const { status } = await send(
      'GET',
      `${api.url}/v1/webhooks?${encodeURI(query).replaceAll('%25', '%')}`,
    );
    assert.ok(status === 200 || status === 400, `${query}: ${status}`);
  }
});

async function expectRefused(path: string, name: string): Promise<void> {
  const { status, json, text } = await send('GET', `${api.url}/v1${path.replace('٣', '%D9%A3')}`);
  assert.equal(status, 400, `${path}: ${text}`);
  const { code, details } = json as { code: number; details: string };
  assert.equal(code, 4, `${path}: ${text}`);
  assert.ok(details.startsWith(`${name}:`), `${path}: ${details}`);
}
