import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findWebhook } from '../../src/webhooks/webhook-store.ts';
import type { Webhook, WebhookSettings } from '../../src/webhooks/webhook.ts';
import { NO_KEYS } from '../setup/parts.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { LATER_DEFAULTS } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import {
  createPostmand,
  type Webhook as Webhook21,
  type WebhookInput as Input21,
} from './client-2.1/index.js';

/**
 * The TypeScript client that version 2.1 shipped, in `client-2.1` as it was, against this server:
 * what it does to settings that it does not know.
 */

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);
const postmand = createPostmand({ url: `${api.url}/v1` });

const AUTHS: Record<string, WebhookSettings['auth']> = {
  basic: { type: 'basic', username: 'alice', password: 'wonderland' },
  bearer: { type: 'bearer', token: '9f2c1e7a5b' },
  oauth2: {
    type: 'oauth2_client_credentials',
    token_url: 'https://login.example.com/oauth/token',
    client_id: 'postmand',
    client_secret: '5b7a1e2c9f',
    scope: 'deliveries.write',
  },
};

const LATER = {
  max_concurrency: 7,
  rate_limit: { count: 100, per_seconds: 60, burst: 3 },
  retry_schedule: [5, 60],
  retry_jitter: 0.25,
  honor_retry_after: true,
  on_gone: 'deactivate',
  on_failing: 'hold',
  failing_after: { attempts: 9, seconds: 0 },
  deactivate_after: 3600,
  max_delivery_age: 60,
  ordering_on_failure: 'block',
  signatures: ['hub', 'standard', 'standard_ed25519'],
  headers: { 'X-Tenant': 'seven', 'x-region': 'north' },
} as const satisfies Partial<WebhookSettings>;

/** The fields of a webhook in version 2.1. */
const KNOWN = [
  'id',
  'name',
  'url',
  'content_type',
  'valid_status_codes',
  'secret_token',
  'active',
  'max_delivery_attempts',
  'delivery_attempt_timeout',
  'retry_min_backoff',
  'retry_max_backoff',
  'created_at',
  'updated_at',
] as const satisfies (keyof Webhook21)[];

/** How an application writes back what it has read, with another name. */
const HABITS: Record<string, (read: Webhook21) => Promise<Webhook21>> = {
  'sends everything back': (read) =>
    postmand.replaceWebhook({ webhook_id: read.id, ...read, name: 'another name' }),
  'sends back what version 2.1 knew': (read) =>
    postmand.replaceWebhook({ webhook_id: read.id, ...knownOf(read), name: 'another name' }),
  'sends the settings of version 2.1 alone': (read) => {
    const { id, created_at: _created, updated_at: _updated, ...settings } = knownOf(read);
    return postmand.replaceWebhook({ webhook_id: id, ...settings, name: 'another name' });
  },
  'fills a structure of the Go program, with its empty id and times': (read) => {
    const empty = {
      id: '00000000-0000-0000-0000-000000000000',
      created_at: '0001-01-01T00:00:00Z',
      updated_at: '0001-01-01T00:00:00Z',
    };
    const body = { ...knownOf(read), ...empty, name: 'another name' };
    return postmand.replaceWebhook({ webhook_id: read.id, ...body });
  },
};

for (const [habit, writeBack] of Object.entries(HABITS))
  suite(`a client of version 2.1 that ${habit}`, () => {
    for (const [kind, auth] of Object.entries(AUTHS))
      test(`a webhook with all that came later, and ${kind} → nothing of it is lost`, async () => {
        const { id } = await create({ ...LATER, auth });
        await api.call('POST', `/webhooks/${id}/secrets`, {});
        const [before, secrets] = [await stored(id), await secretsOf(id)];
        const answer = await writeBack(await postmand.getWebhook({ webhook_id: id }));
        assert.equal(answer.name, 'another name');
        const { updated_at, ...after } = await stored(id);
        assert.ok(updated_at > before.updated_at);
        assert.deepEqual(
          { ...after, updated_at: '' },
          { ...before, name: 'another name', updated_at: '' },
        );
        assert.deepEqual(await secretsOf(id), secrets);
        assert.equal(secrets.length, 2);
      });
  });

suite('a client of version 2.1', () => {
  test('a PUT with null for what came later → the defaults', async () => {
    const { id } = await create({ ...LATER, auth: AUTHS['basic'] ?? null });
    const read = await postmand.getWebhook({ webhook_id: id });
    const nothing = Object.fromEntries(Object.keys(LATER_DEFAULTS).map((name) => [name, null]));
    await postmand.replaceWebhook({ webhook_id: id, ...knownOf(read), ...nothing });
    const after: Record<string, unknown> = await stored(id);
    const later = Object.keys(LATER_DEFAULTS).map((name) => [name, after[name]]);
    assert.deepEqual(Object.fromEntries(later), LATER_DEFAULTS);
  });

  test('a PUT without token and active → their defaults, as ever, and the rest is kept', async () => {
    const { id } = await create({ ...LATER, signatures: ['hub'], auth: AUTHS['bearer'] ?? null });
    const before = await stored(id);
    const read = await postmand.getWebhook({ webhook_id: id });
    const { secret_token: _token, active: _active, ...required } = knownOf(read);
    await postmand.replaceWebhook({ webhook_id: id, ...required });
    const { updated_at, ...after } = await stored(id);
    assert.ok(updated_at > before.updated_at);
    const expected = { ...before, secret_token: '', active: false, updated_at: '' };
    assert.deepEqual({ ...after, updated_at: '' }, expected);
  });

  test('a webhook that it makes, changes, lists and deletes → as with version 2.1', async () => {
    const made = await postmand.createWebhook(INPUT);
    assert.deepEqual(
      Object.entries(INPUT),
      Object.keys(INPUT).map((name) => [name, made[name as keyof Input21]]),
    );
    const changed = await postmand.replaceWebhook({ webhook_id: made.id, ...INPUT, active: false });
    assert.equal(changed.active, false);
    const { webhooks } = await postmand.listWebhooks({ limit: 1000 });
    assert.deepEqual(
      webhooks.find(({ id }) => id === made.id),
      changed,
    );
    assert.equal(await postmand.deleteWebhook({ webhook_id: made.id }), undefined);
  });
});

const INPUT = {
  name: 'Order events',
  url: 'https://example.com/hook',
  content_type: 'application/json',
  valid_status_codes: [200],
  secret_token: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  active: true,
  max_delivery_attempts: 1,
  delivery_attempt_timeout: 5,
  retry_min_backoff: 1,
  retry_max_backoff: 1,
} satisfies Input21;

function knownOf(read: Webhook21): Webhook21 {
  return Object.fromEntries(KNOWN.map((name) => [name, read[name]])) as Webhook21;
}

async function create(later: Partial<WebhookSettings>): Promise<Webhook> {
  const { status, body } = await api.call('POST', '/webhooks', { ...INPUT, ...later });
  assert.equal(status, 201, JSON.stringify(body));
  return body as Webhook;
}

/** With the values that no answer shows. */
async function stored(id: string): Promise<Webhook> {
  const webhook = await findWebhook({ db: database.pool, vault: NO_KEYS }, id);
  assert.ok(webhook);
  return webhook;
}

async function secretsOf(id: string): Promise<unknown[]> {
  return (await api.call('GET', `/webhooks/${id}/secrets`)).body.secrets as unknown[];
}
