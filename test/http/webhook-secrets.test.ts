import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';

/** Headers and auth of a webhook: what is taken, shown, kept and refused. */

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);

const HEADERS = { 'X-Tenant': 'secret-7', constructor: 'secret-8', 'User-Agent': 'secret-9' };
const BASIC = { type: 'basic', username: 'a-user', password: 'secret-10' } as const;
const BEARER = { type: 'bearer', token: 'secret-11' } as const;

const MASKED = {
  headers: { 'X-Tenant': '***', constructor: '***', 'User-Agent': '***' },
  auth: { type: 'basic', username: 'a-user', password: '***' },
};

test('a webhook with headers and auth → every answer has names and masks, and no value', async () => {
  const created = await create({ headers: HEADERS, auth: BASIC });
  const path = `/webhooks/${created.id}`;
  const answers = [
    created,
    await ok('GET', path),
    (await ok('GET', '/webhooks?limit=1000')).webhooks.find(({ id }: Webhook) => id === created.id),
    await ok('PUT', path, { ...GIVEN, name: 'another name' }),
    await ok('POST', `${path}/pause`, {}),
    await ok('POST', `${path}/resume`),
  ];
  for (const answer of answers) {
    assert.deepEqual(secretsOf(answer), MASKED);
    assert.doesNotMatch(JSON.stringify(answer), /secret-\d/);
  }
  assert.deepEqual(await stored(created.id), { headers: HEADERS, auth: BASIC });
});

const KEPT: [when: string, change: object, then: object][] = [
  ['without both', {}, { headers: HEADERS, auth: BASIC }],
  ['with both as they were read', MASKED, { headers: HEADERS, auth: BASIC }],
  [
    'with one header as it was read, in another case',
    { headers: { 'x-tenant': '***' } },
    { headers: { 'x-tenant': 'secret-7' }, auth: BASIC },
  ],
  [
    'with a new header beside one that was read',
    { headers: { 'X-Tenant': '***', 'X-New': 'secret-12' } },
    { headers: { 'X-Tenant': 'secret-7', 'X-New': 'secret-12' }, auth: BASIC },
  ],
  [
    'with another user and the password that was read',
    { auth: { ...MASKED.auth, username: 'b-user' } },
    { headers: HEADERS, auth: { ...BASIC, username: 'b-user' } },
  ],
  ['with another type', { auth: BEARER }, { headers: HEADERS, auth: BEARER }],
  ['with null for both', { headers: null, auth: null }, { headers: {}, auth: null }],
];

for (const [when, change, then] of KEPT)
  test(`a PUT ${when} → ${JSON.stringify(then)}`, async () => {
    const { id } = await create({ headers: HEADERS, auth: BASIC });
    await ok('PUT', `/webhooks/${id}`, { ...GIVEN, ...change });
    assert.deepEqual(await stored(id), then);
  });

const NO_KEPT = '*** keeps the value that is there, and there is none';

/** As JSON: an object cannot say `__proto__` so. */
const REFUSED: [settings: string, details: string][] = [
  ['{"headers": {"X-New": "***"}}', `headers.X-New: ${NO_KEPT}`],
  ['{"auth": {"type": "bearer", "token": "***"}}', `auth.token: ${NO_KEPT}`],
  ['{"headers": {"__proto__": "secret-1"}}', 'headers.__proto__: cannot be set: it cannot be sent'],
  ['{"headers": {"X-Tenant": "secret-1\\n"}}', 'headers.X-Tenant: must be printable ASCII'],
  ['{"headers": {"Host": "secret-1"}}', 'headers.Host: cannot be set: it is made from url'],
  [
    `{"headers": {"X-Tenant": "${'secret-1'.repeat(300)}"}}`,
    'headers.X-Tenant: must NOT have more than 2048 characters',
  ],
  ['{"headers": {"X~Tenant": 7}}', 'headers.X~Tenant: must be string'],
  ['{"headers": {"X/Tenant": 7}}', 'headers.X/Tenant: must be string'],
  ['{"headers": {"X-Tenant": null}}', 'headers.X-Tenant: must be string'],
  ['{"headers": {"X-Tenant": ["secret-1"]}}', 'headers.X-Tenant: must be string'],
  ['{"headers": ["secret-1"]}', 'headers: must be object,null'],
  ['{"headers": "secret-1"}', 'headers: must be object,null'],
  [
    JSON.stringify({ headers: Object.fromEntries(range(21).map((i) => [`X-${i}`, 'secret-1'])) }),
    'headers: must NOT have more than 20 properties',
  ],
  [
    '{"headers": {"Authorization": "secret-1"}, "auth": {"type": "bearer", "token": "secret-2"}}',
    'headers.Authorization: cannot be set: it is made from auth',
  ],
  [
    '{"auth": {"type": "basic", "username": "a"}}',
    'auth.password: is required where auth.type is basic',
  ],
  [
    '{"auth": {"type": "basic", "username": "a", "password": "b", "token": "secret-1"}}',
    'auth.token: does not belong to auth.type basic',
  ],
  ['{"auth": {"token": "secret-1"}}', 'auth.type: is required'],
  [
    '{"auth": {"type": "digest", "token": "secret-1"}}',
    'auth.type: must be equal to one of the allowed values: basic, bearer, oauth2_client_credentials, mtls',
  ],
  [
    '{"auth": {"type": "bearer", "token": "secret-1", "key": "secret-2"}}',
    'auth.key: is not a known field',
  ],
  [
    '{"auth": {"type": "basic", "username": "a", "password": "secret-1\\ud800"}}',
    'auth.password: must be text without U+0000 and without unpaired surrogates',
  ],
  [
    '{"auth": {"type": "basic", "username": "a\\u0000", "password": "secret-1"}}',
    'auth.username: must be text without U+0000 and without unpaired surrogates',
  ],
  [
    `{"auth": {"type": "bearer", "token": "${'secret-1'.repeat(1100)}"}}`,
    'auth.token: must NOT have more than 8192 characters',
  ],
  ['{"auth": {"type": "bearer", "token": 7}}', 'auth.token: must be string,null'],
  ['{"auth": "secret-1"}', 'auth: must be object'],
];

for (const [settings, details] of REFUSED)
  test(`${settings.slice(0, 90)}, by POST and by PUT → 400 that names it, and nothing is stored`, async () => {
    const { id } = await create();
    const body = JSON.stringify(GIVEN).replace(/\}$/, `,${settings.slice(1)}`);
    for (const [method, path] of [
      ['POST', '/webhooks'],
      ['PUT', `/webhooks/${id}`],
    ] as const) {
      const answer = await fetch(`${api.url}/v1${path}`, {
        method,
        body,
        headers: { 'content-type': 'application/json' },
      });
      assert.deepEqual(await answer.json(), {
        code: 4,
        message: 'request validation failed',
        details,
      });
    }
    assert.deepEqual(await stored(id), { headers: {}, auth: null });
  });

function range(length: number): number[] {
  return Array.from({ length }, (_one, i) => i);
}

async function create(settings: object = {}): Promise<Webhook> {
  return ok('POST', '/webhooks', { ...GIVEN, ...settings });
}

/** The body of an answer 200 or 201. */
// oxlint-disable-next-line typescript/no-explicit-any -- because each call knows its shape
async function ok(method: string, path: string, body?: unknown): Promise<any> {
  const answer = await api.call(method, path, body);
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  return answer.body;
}

function secretsOf({ headers, auth }: Webhook): object {
  return { headers, auth };
}

/** What the database has. */
async function stored(id: string): Promise<object | undefined> {
  const { rows } = await database.pool.query<{ headers: object; auth: object }>(
    'select headers, auth from webhooks where id = $1',
    [id],
  );
  return rows[0];
}
