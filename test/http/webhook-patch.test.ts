import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readSpec } from '../../src/http/spec.ts';
import { findWebhook } from '../../src/webhooks/webhook-store.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { NO_KEYS } from '../setup/parts.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, UNKNOWN_ID, type RawAnswer } from './request.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);

const MERGE_PATCH = 'application/merge-patch+json';
const LIMITED = {
  rate_limit: { count: 100, per_seconds: 60, burst: 10 },
  retry_schedule: [5, 60],
  failing_after: { attempts: 9, seconds: 30 },
};
const SECRETS = {
  headers: { 'X-Tenant': 'seven', 'X-Region': 'north' },
  auth: { type: 'basic', username: 'alice', password: 'wonderland' },
} as const;

function patch(id: string, body: unknown, type = MERGE_PATCH): Promise<RawAnswer> {
  return send('PATCH', `${api.url}/v1/webhooks/${id}`, {
    headers: { 'Content-Type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function read(id: string): Promise<Webhook> {
  return (await api.call('GET', `/webhooks/${id}`)).body as Webhook;
}

/** With the values that no answer shows. */
async function stored(id: string): Promise<Webhook> {
  const webhook = await findWebhook({ db: database.pool, vault: NO_KEYS }, id);
  assert.ok(webhook);
  return webhook;
}

function refused(answer: RawAnswer, status: number, details: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal((answer.json as { details?: string }).details, details);
}

suite('a PATCH of a webhook', () => {
  for (const type of [
    MERGE_PATCH,
    'application/json',
    'Application/Merge-Patch+JSON; charset=utf-8',
  ])
    test(`one setting as ${type} → that one changed, and the whole webhook answered`, async () => {
      const webhook = await api.createWebhook({ ...LIMITED, ...SECRETS });
      const before = await stored(webhook.id);
      const answer = await patch(webhook.id, { name: 'another name' }, type);
      assert.equal(answer.status, 200, answer.text);
      const { updated_at } = answer.json as Webhook;
      assert.deepEqual(answer.json, { ...webhook, name: 'another name', updated_at });
      assert.ok(updated_at > webhook.updated_at);
      assert.deepEqual(await read(webhook.id), answer.json);
      assert.deepEqual(await stored(webhook.id), { ...before, name: 'another name', updated_at });
    });

  test('nothing → nothing changed but the time', async () => {
    const webhook = await api.createWebhook({ ...LIMITED, ...SECRETS });
    const before = await stored(webhook.id);
    assert.equal((await patch(webhook.id, {})).status, 200);
    const { updated_at } = await read(webhook.id);
    assert.deepEqual(await stored(webhook.id), { ...before, updated_at });
  });

  test('members of objects → merged as stored, whatever answers show', async () => {
    const { id } = await api.createWebhook({ ...LIMITED, ...SECRETS });
    const answer = await patch(id, {
      rate_limit: { count: 200 },
      failing_after: { seconds: 0 },
      headers: { 'X-Region': null, 'X-New': '1' },
      auth: { username: 'bob' },
    });
    assert.equal(answer.status, 200, answer.text);
    const { rate_limit, failing_after, headers, auth } = await stored(id);
    assert.deepEqual(
      { rate_limit, failing_after, headers, auth },
      {
        rate_limit: { count: 200, per_seconds: 60, burst: 10 },
        failing_after: { attempts: 9, seconds: 0 },
        headers: { 'X-Tenant': 'seven', 'X-New': '1' },
        auth: { type: 'basic', username: 'bob', password: 'wonderland' },
      },
    );
  });

  test('some of its metadata, with null for one → merged; null for all → none', async () => {
    const { id } = await api.createWebhook({ metadata: { customer: '42', region: 'north' } });
    const answer = await patch(id, { metadata: { region: null, tier: 'gold' } });
    assert.deepEqual((answer.json as Webhook).metadata, { customer: '42', tier: 'gold' });
    assert.deepEqual((await read(id)).metadata, { customer: '42', tier: 'gold' });
    await patch(id, { metadata: null });
    assert.deepEqual((await read(id)).metadata, {});
  });

  test('pairs of metadata beside those that are there, more than 20 in all → 400', async () => {
    const pairs = (first: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_one, i) => [`n${first + i}`, 'x']));
    const { id } = await api.createWebhook({ metadata: pairs(0, 15) });
    const details = 'metadata: must NOT have more than 20 properties';
    refused(await patch(id, { metadata: pairs(10, 11) }), 400, details);
    assert.equal((await patch(id, { metadata: pairs(10, 10) })).status, 200);
  });

  test('auth of another type → nothing of the old one is left', async () => {
    const { id } = await api.createWebhook(SECRETS);
    assert.equal((await patch(id, { auth: { type: 'bearer', token: 't' } })).status, 200);
    assert.deepEqual((await stored(id)).auth, { type: 'bearer', token: 't' });
  });

  test('null for what has a default → the default', async () => {
    const { id } = await api.createWebhook({ ...LIMITED, ...SECRETS });
    const names = [...Object.keys(LIMITED), 'headers', 'auth', 'secret_token', 'active'];
    const answer = await patch(id, Object.fromEntries(names.map((name) => [name, null])));
    assert.equal(answer.status, 200, answer.text);
    const { rate_limit, retry_schedule, failing_after, headers, auth, secret_token, active } =
      await stored(id);
    assert.deepEqual(
      { rate_limit, retry_schedule, failing_after, headers, auth, secret_token, active },
      {
        rate_limit: null,
        retry_schedule: null,
        failing_after: { attempts: 5, seconds: 60 },
        headers: {},
        auth: null,
        secret_token: '',
        active: false,
      },
    );
  });

  test('everything that was read sent back → the same webhook', async () => {
    const webhook = await api.createWebhook(LIMITED);
    const answer = await patch(webhook.id, { ...webhook, name: 'another name' });
    assert.equal(answer.status, 200, answer.text);
    const { updated_at } = answer.json as Webhook;
    assert.deepEqual(answer.json, { ...webhook, name: 'another name', updated_at });
  });

  const REFUSED: [body: unknown, details: string][] = [
    [{ name: null }, 'name: must be string'],
    [{ url: null }, 'url: must be string'],
    [{ valid_status_codes: null }, 'valid_status_codes: must be array'],
    [{ max_delivery_attempts: null }, 'max_delivery_attempts: must be integer'],
    [{ name: 'ab' }, 'name: must NOT have fewer than 3 characters'],
    [
      { url: 'http://h/../' },
      'url: has a path with . or .. in it, which would be sent as /: write that',
    ],
    [{ colour: 'blue' }, 'colour: is not a known field'],
    [{ updated_at: 5 }, 'updated_at: must be string,null'],
    [{ id: 'x' }, 'id: must be a UUID'],
    [{ rate_limit: { count: 1, per_seconds: 1.5 } }, 'rate_limit.per_seconds: must be integer'],
    [{ rate_limit: { count: 5 } }, 'rate_limit.burst: must be <= rate_limit.count, which is 5'],
    [{ rate_limit: { colour: 1 } }, 'rate_limit.colour: is not a known field'],
    [{ failing_after: { attempts: null } }, 'failing_after.attempts: must be integer'],
    [{ auth: { password: 'x' } }, 'auth.type: is required'],
    [[], 'body: must be object'],
    ['"hello"', 'body: must be object'],
    ['null', 'body: must be object'],
  ];
  for (const [body, details] of REFUSED)
    test(`${JSON.stringify(body)} → 400 that names the member, and nothing changes`, async () => {
      const webhook = await api.createWebhook(LIMITED);
      refused(await patch(webhook.id, body), 400, details);
      assert.deepEqual(await read(webhook.id), webhook);
    });

  test('an object that was not there, named in part → 400 that names what is missing', async () => {
    const { id } = await api.createWebhook();
    refused(
      await patch(id, { rate_limit: { count: 1 } }),
      400,
      'rate_limit.per_seconds: is required',
    );
  });

  test('a body that is no JSON, and none → 400; an unknown id → 404; none → 404', async () => {
    const { id } = await api.createWebhook();
    assert.equal((await patch(id, '{')).status, 400);
    assert.equal((await patch(id, '')).status, 400);
    assert.equal((await patch(UNKNOWN_ID, { active: false })).status, 404);
    assert.equal((await patch('nonsense', { active: false })).status, 404);
  });

  test('a URL that would be refused today, not named, or named as it is → kept', async () => {
    const { id } = await api.createWebhook();
    const url = 'http://h/../';
    await database.pool.query('update webhooks set url = $2 where id = $1', [id, url]);
    assert.equal((await patch(id, { active: false })).status, 200);
    assert.equal((await patch(id, { url })).status, 200);
    assert.equal((await read(id)).url, url);
  });

  test('a failing webhook is made active → it counts as healthy', async () => {
    const { id } = await api.createWebhook({ active: false });
    await database.pool.query(
      `insert into webhook_states (webhook_id, state, consecutive_failures)
       values ($1, 'failing', 5)`,
      [id],
    );
    assert.equal((await patch(id, { active: true })).status, 200);
    const { rows } = await database.pool.query(
      'select state from webhook_states where webhook_id = $1',
      [id],
    );
    assert.deepEqual(rows, [{ state: 'healthy' }]);
  });

  test('many at once, each with one setting → none undoes another', async () => {
    const { id } = await api.createWebhook();
    const changes = Object.entries({ ...LIMITED, name: 'another name', retry_jitter: 0.5 });
    await Promise.all(changes.map(([name, value]) => patch(id, { [name]: value })));
    const webhook: Record<string, unknown> = await read(id);
    assert.deepEqual(
      changes,
      changes.map(([name]) => [name, webhook[name]]),
    );
  });
});

suite('the media type of a PATCH', () => {
  test('another one → 415 that names both', async () => {
    const { id } = await api.createWebhook();
    for (const type of [
      'application/json-patch+json',
      'text/plain',
      `${MERGE_PATCH}; charset=latin1`,
    ])
      refused(
        await patch(id, {}, type),
        415,
        `Content-Type must be application/json or ${MERGE_PATCH} in UTF-8`,
      );
  });

  test('that of a merge patch, for a PUT or POST → 415', async () => {
    const { id } = await api.createWebhook();
    for (const [method, path] of [
      ['POST', '/webhooks'],
      ['PUT', `/webhooks/${id}`],
      ['POST', '/deliveries'],
    ] as const) {
      const headers = { 'Content-Type': MERGE_PATCH };
      const body = JSON.stringify(GIVEN);
      const answer = await send(method, `${api.url}/v1${path}`, { headers, body });
      refused(answer, 415, 'Content-Type must be application/json in UTF-8');
    }
  });
});

suite('the secret of a webhook that is changed', () => {
  const secretOf = async (id: string) => {
    const { rows } = await database.pool.query<{ secret_id: string; secret_set_at: string }>(
      'select secret_id, secret_set_at from webhooks where id = $1',
      [id],
    );
    return rows[0];
  };
  const put = (id: string, more: object) =>
    api.call('PUT', `/webhooks/${id}`, { ...GIVEN, ...more });

  test('the token stays → the same secret, by PUT and by PATCH', async () => {
    const { id, created_at } = await api.createWebhook();
    const before = await secretOf(id);
    assert.equal(before?.secret_set_at, created_at);
    await put(id, { name: 'another name' });
    await patch(id, { active: false, secret_token: GIVEN.secret_token });
    assert.deepEqual(await secretOf(id), before);
  });

  test('another token → another secret since now, by PUT and by PATCH', async () => {
    const { id } = await api.createWebhook();
    const first = await secretOf(id);
    await put(id, { secret_token: 'another' });
    const second = await secretOf(id);
    await patch(id, { secret_token: 'a third' });
    const third = await secretOf(id);
    assert.equal(new Set([first, second, third].map((one) => one?.secret_id)).size, 3);
    assert.ok((third?.secret_set_at ?? '') >= (await read(id)).updated_at);
  });
});

test('openapi.yaml → a PATCH may name exactly what a PUT may', () => {
  const { schemas } = readSpec().document.components as {
    schemas: Record<string, { properties: object }>;
  };
  for (const [of, patch] of [
    ['WebhookInput', 'WebhookPatch'],
    ['WebhookAuthInput', 'WebhookAuthPatch'],
    ['RateLimitInput', 'RateLimitPatch'],
    ['FailingAfter', 'FailingAfterPatch'],
  ] as const)
    assert.deepEqual(
      Object.keys(schemas[patch]?.properties ?? {}).toSorted(),
      Object.keys(schemas[of]?.properties ?? {}).toSorted(),
    );
});
