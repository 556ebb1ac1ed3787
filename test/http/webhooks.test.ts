import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SETTING_COLUMNS, type Column } from '../../src/webhooks/webhook-columns.ts';
import { settingsOf, type GivenSettings, type Webhook } from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { apiAt, startApi } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { UNKNOWN_ID } from './request.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);

/** The settings that have no default. */
const REQUIRED = Object.fromEntries(
  Object.entries(SETTINGS).filter(([name]) => !hasDefault(name)),
) as GivenSettings;

const HEALTHY = {
  state: 'healthy',
  consecutive_failures: 0,
  failing_since: null,
  last_success_at: null,
  last_failure_at: null,
  paused_until: null,
  held: 0,
};

test('a new webhook → 201 with every setting as given, a fresh id and one time for both', async () => {
  const { status, body } = await api.call('POST', '/webhooks', SETTINGS);
  assert.equal(status, 201);
  const { id, created_at, updated_at, ...settings } = body as Webhook;
  const untroubled = {
    public_key: null,
    deactivated_reason: null,
    deactivated_at: null,
    health: HEALTHY,
  };
  assert.deepEqual(settings, { ...SETTINGS, ...untroubled });
  assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal(updated_at, created_at);
  assert.deepEqual((await api.call('GET', `/webhooks/${id}`)).body, body);
});

test('the optional settings left out, or null → no token, and inactive', async () => {
  for (const settings of [REQUIRED, { ...REQUIRED, secret_token: null, active: null }]) {
    const { status, body } = await api.call('POST', '/webhooks', settings);
    assert.equal(status, 201);
    const { secret_token, active } = body as Webhook;
    assert.deepEqual({ secret_token, active }, { secret_token: '', active: false });
  }
});

test('each required setting missing, on POST and on PUT → 400 that names it, and nothing changes', async () => {
  const webhook = await api.createWebhook();
  const before = await count();
  for (const name of Object.keys(REQUIRED)) {
    const lacking = Object.fromEntries(Object.entries(SETTINGS).filter(([key]) => key !== name));
    for (const [method, path] of [
      ['POST', '/webhooks'],
      ['PUT', `/webhooks/${webhook.id}`],
    ] as const) {
      const { status, body } = await api.call(method, path, lacking);
      assert.equal(status, 400);
      assert.deepEqual(body, {
        code: 4,
        message: 'request validation failed',
        details: `${name}: is required`,
      });
    }
  }
  assert.equal(await count(), before);
  assert.deepEqual((await api.call('GET', `/webhooks/${webhook.id}`)).body, webhook);
});

test('a PUT → every setting replaced, those left out are back at their defaults, created_at stays', async () => {
  const webhook = await api.createWebhook();
  const { status, body } = await api.call('PUT', `/webhooks/${webhook.id}`, {
    ...REQUIRED,
    name: 'another name',
    url: 'https://example.com/other',
    valid_status_codes: [204, 201],
  });
  assert.equal(status, 200);
  const { updated_at, ...rest } = body as Webhook;
  assert.deepEqual(rest, {
    ...settingsOf(REQUIRED),
    id: webhook.id,
    name: 'another name',
    url: 'https://example.com/other',
    valid_status_codes: [204, 201],
    secret_token: '',
    active: false,
    deactivated_reason: null,
    public_key: null,
    deactivated_at: null,
    health: HEALTHY,
    created_at: webhook.created_at,
  });
  assert.ok(updated_at > webhook.updated_at);
  assert.deepEqual((await api.call('GET', `/webhooks/${webhook.id}`)).body, body);
});

test('fields that the server owns sent back → ignored', async () => {
  const webhook = await api.createWebhook();
  const owned = { id: UNKNOWN_ID, created_at: '2001-01-01T00:00:00Z', updated_at: null };
  const { status, body } = await api.call('PUT', `/webhooks/${webhook.id}`, {
    ...webhook,
    ...owned,
  });
  assert.equal(status, 200);
  assert.deepEqual({ ...(body as Webhook), updated_at: '' }, { ...webhook, updated_at: '' });
});

test('text of any script, the longest name, token and URL → kept exactly', async () => {
  const settings = {
    name: `${'\u{1F980}'.repeat(253)}é\u0001`,
    secret_token: 'ключ'.repeat(1024),
    url: `https://example.com/${'x'.repeat(2048 - 20)}`,
    content_type: 'text/plain; charset="utf-8"',
  };
  const webhook = await api.createWebhook(settings);
  const { name, secret_token, url, content_type } = webhook;
  assert.deepEqual({ name, secret_token, url, content_type }, settings);
});

test('the smallest and the largest numbers → kept', async () => {
  const small = {
    max_delivery_attempts: 1,
    delivery_attempt_timeout: 1,
    retry_min_backoff: 1,
    retry_max_backoff: 1,
  };
  const large = {
    max_delivery_attempts: 32_767,
    delivery_attempt_timeout: 32_767,
    retry_min_backoff: 604_800,
    retry_max_backoff: 604_800,
  };
  for (const numbers of [small, large]) {
    const webhook = await api.createWebhook({ ...numbers, valid_status_codes: [100, 599] });
    assert.deepEqual({ ...webhook, ...numbers, valid_status_codes: [100, 599] }, webhook);
  }
});

const REFUSED: Record<string, unknown[]> = {
  name: ['ab', 'x'.repeat(256), 5, null, 'a\0b', 'a\ud800b'],
  url: [
    'http://h:0/',
    'http://u:%@h/',
    'http://h/../',
    '',
    'example.com',
    'ftp://example.com',
    'http://',
    'http:///path',
    `https://example.com/${'x'.repeat(2048)}`,
    5,
    null,
  ],
  content_type: ['', ' text/plain', 'text/plain\r\nX-Evil: 1', 'tëxt/plain', 'x'.repeat(256), null],
  valid_status_codes: [
    [],
    [99],
    [600],
    [200.5],
    ['200'],
    [null],
    200,
    null,
    Array.from({ length: 501 }, () => 200),
  ],
  secret_token: [5, 'x'.repeat(4097), 'a\0b', 'a\udfffb'],
  active: [1, 'true', {}],
  max_delivery_attempts: [0, -1, 32_768, 1.5, '3', null],
  delivery_attempt_timeout: [0, 32_768],
  retry_min_backoff: [0, 604_801],
  retry_max_backoff: [0, 604_801, 1e20],
  id: ['abc', 5],
  created_at: ['yesterday', '2026-02-30T00:00:00Z'],
  updated_at: [1],
  colour: ['blue'],
};

for (const [name, values] of Object.entries(REFUSED)) {
  test(`a bad ${name} → 400 that names it, and nothing is stored`, async () => {
    const before = await count();
    for (const value of values) {
      const { status, body } = await api.call('POST', '/webhooks', { ...SETTINGS, [name]: value });
      const { code, details } = body as { code: number; details: string };
      assert.deepEqual([status, code], [400, 4], JSON.stringify(value));
      assert.ok(details.startsWith(name), `${details} for ${JSON.stringify(value)}`);
    }
    assert.equal(await count(), before);
  });
}

const UNSENDABLE: [url: string, details: string][] = [
  ['http://u:100%@127.0.0.1/', 'url: has credentials that cannot be decoded: write % as %25'],
  ['http://127.0.0.1:0/', 'url: has port 0, on which nothing can listen'],
  [
    'http://unix:/run/a.sock:/b',
    'url: has the host unix and a colon behind it, which stands for a UNIX socket',
  ],
  [
    `http://${'a'.repeat(64)}.example/`,
    'url: has a host name with a part of more than 63 characters',
  ],
  ['http://a..example/', 'url: has a host name with an empty part'],
  [
    'https://example.com/a/%2e%2e/b',
    'url: has a path with . or .. in it, which would be sent as /b: write that',
  ],
  ['ftp://example.com/', 'url: must be an absolute http or https URL'],
];

for (const [url, details] of UNSENDABLE) {
  test(`${url}, on POST and on PUT → 400 that says why, and nothing changes`, async () => {
    const webhook = await api.createWebhook();
    const before = await count();
    for (const [method, path] of [
      ['POST', '/webhooks'],
      ['PUT', `/webhooks/${webhook.id}`],
    ] as const) {
      const { status, body } = await api.call(method, path, { ...SETTINGS, url });
      assert.equal(status, 400);
      assert.deepEqual(body, { code: 4, message: 'request validation failed', details });
    }
    assert.equal(await count(), before);
    assert.deepEqual((await api.call('GET', `/webhooks/${webhook.id}`)).body, webhook);
  });

  test(`a webhook that got ${url} when that was still allowed → can be read, and can be given another URL`, async () => {
    const webhook = await api.createWebhook();
    await database.pool.query('update webhooks set url = $2 where id = $1', [webhook.id, url]);
    assert.deepEqual((await api.call('GET', `/webhooks/${webhook.id}`)).body, { ...webhook, url });
    if (!url.startsWith('ftp:')) {
      const { status, body } = await api.call('PUT', `/webhooks/${webhook.id}`, {
        ...SETTINGS,
        url,
        active: false,
      });
      assert.deepEqual(
        [status, (body as { url: string }).url],
        [200, url],
        'deactivated, with the URL that it has',
      );
    }
    assert.equal((await api.call('PUT', `/webhooks/${webhook.id}`, SETTINGS)).status, 200);
  });
}

test('two settings at fault → 400 that names the first', async () => {
  const { status, body } = await api.call('POST', '/webhooks', {
    ...SETTINGS,
    name: 'x',
    retry_min_backoff: 0,
  });
  assert.equal(status, 400);
  const { details } = body as { details: string };
  assert.match(details, /^(name|retry_min_backoff): /);
});

test('an unknown id → 404 with code 5 on GET and PUT, 204 on DELETE', async () => {
  for (const [method, body] of [['GET'], ['PUT', SETTINGS]] as const) {
    const answer = await api.call(method, `/webhooks/${UNKNOWN_ID}`, body);
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.body, { code: 5, message: 'webhook not found' });
  }
  assert.equal((await api.call('DELETE', `/webhooks/${UNKNOWN_ID}`)).status, 204);
});

test('an id in capitals → the same webhook', async () => {
  const webhook = await api.createWebhook();
  assert.deepEqual((await api.call('GET', `/webhooks/${webhook.id.toUpperCase()}`)).body, webhook);
});

test('several webhooks of the same name created at once → each is a webhook of its own', async () => {
  const ids = await Promise.all(
    Array.from(
      { length: 20 },
      async () => (await apiAt(api.url).createWebhook({ name: 'twenty' })).id,
    ),
  );
  assert.equal(new Set(ids).size, 20);
});

async function count(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    'select count(*)::int as count from webhooks',
  );
  return rows[0]?.count ?? -1;
}

function hasDefault(name: string): boolean {
  const columns: Record<string, Column> = SETTING_COLUMNS;
  return columns[name]?.default !== undefined;
}
