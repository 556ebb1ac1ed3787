import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { inTransaction } from '../../src/database/transaction.ts';
import {
  SETTING_COLUMNS,
  WEBHOOK_COLUMNS,
  type Column,
} from '../../src/webhooks/webhook-columns.ts';
import { webhookColumns, webhookOf, type JoinedWebhook } from '../../src/webhooks/webhook-sql.ts';
import { findWebhook, insertWebhook, replaceWebhook } from '../../src/webhooks/webhook-store.ts';
import {
  settingsAfter,
  settingsOf,
  type GivenSettings,
  type WebhookSettings,
} from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { NO_KEYS } from '../setup/parts.ts';
import { addWebhook } from '../setup/rows.ts';
import { LATER_DEFAULTS, sendingOf, SETTINGS } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';

const REQUIRED: GivenSettings = {
  name: 'a webhook',
  url: 'https://example.com/',
  content_type: 'application/json',
  valid_status_codes: [200],
  max_delivery_attempts: 3,
  delivery_attempt_timeout: 5,
  retry_min_backoff: 1,
  retry_max_backoff: 2,
};
const DEFAULTS = { ...REQUIRED, secret_token: '', active: false, ...LATER_DEFAULTS };
const NOTHING = Object.fromEntries(
  Object.keys({ ...LATER_DEFAULTS, secret_token: '', active: '' }).map((name) => [name, null]),
);

const GIVEN: [when: string, given: GivenSettings, then: object][] = [
  ['everything', SETTINGS, SETTINGS],
  ['nothing that has a default', REQUIRED, DEFAULTS],
  ['null for what has a default', { ...REQUIRED, ...NOTHING }, DEFAULTS],
  [
    'a rate limit without a burst',
    { ...REQUIRED, rate_limit: { count: 61, per_seconds: 60 } },
    { ...DEFAULTS, rate_limit: { count: 61, per_seconds: 60, burst: 2 } },
  ],
  [
    'what is no setting besides',
    { ...SETTINGS, ...{ id: randomUUID(), created_at: 'yesterday', colour: 'blue' } },
    SETTINGS,
  ],
];

for (const [when, given, then] of GIVEN)
  test(`${when} → the settings, with defaults for the others`, () =>
    assert.deepEqual(settingsOf(given), then));

const CHANGED = {
  ...DEFAULTS,
  secret_token: 'a token',
  active: true,
  max_concurrency: 7,
  rate_limit: { count: 3, per_seconds: 2, burst: 1 },
  retry_schedule: [1, 2],
  retry_jitter: 0.5,
  honor_retry_after: true,
  on_gone: 'deactivate',
  on_failing: 'hold',
  failing_after: { attempts: 1, seconds: 0 },
  deactivate_after: 3600,
  max_delivery_age: 60,
  ordering_on_failure: 'block',
  signatures: ['standard'],
  headers: { 'X-Tenant': '7' },
  auth: { type: 'bearer', token: 'a token' },
} as const satisfies Partial<WebhookSettings>;

test('settings replaced by those of version 2.1 alone → the later ones stay', () =>
  assert.deepEqual(settingsAfter({ ...CHANGED }, REQUIRED), {
    ...CHANGED,
    secret_token: '',
    active: false,
  }));

for (const name of Object.keys(LATER_DEFAULTS) as (keyof typeof LATER_DEFAULTS)[])
  test(`${name} replaced by null → its default, and the other later settings stay`, () =>
    assert.deepEqual(settingsAfter({ ...CHANGED }, { ...REQUIRED, [name]: null }), {
      ...CHANGED,
      secret_token: '',
      active: false,
      [name]: LATER_DEFAULTS[name],
    }));

test('a rate limit replaced by one without a burst → its own default, not the burst from before', () =>
  assert.deepEqual(
    settingsAfter({ ...CHANGED }, { ...REQUIRED, rate_limit: { count: 60, per_seconds: 7 } })
      .rate_limit,
    { count: 60, per_seconds: 7, burst: 9 },
  ));

test('the settings that a PUT may leave out and keep → all that version 2.1 did not have', () => {
  const kept = Object.entries<Column>(SETTING_COLUMNS).filter(([, { keep }]) => keep);
  assert.deepEqual(
    kept.map(([name]) => name),
    Object.keys(LATER_DEFAULTS),
  );
});

/** No client sees these. */
const OUR_OWN = [
  ...['deleted_at', 'signing_key', 'secret_id', 'secret_set_at', 'old_secrets_until', 'sealed'],
  'subscription_version',
];

suite('the table of webhooks', async () => {
  const database = await freshDatabase(wholeFile);
  const { pool } = database;

  test('the list of columns → the columns and types of the table, without our own', async () => {
    const { rows } = await pool.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, null) as type from pg_attribute
       where attrelid = 'webhooks'::regclass and attnum > 0 and not attisdropped
         and attname <> all ($1)`,
      [OUR_OWN],
    );
    const types = Object.fromEntries(rows.map(({ name, type }) => [name, type]));
    const listed = Object.entries(WEBHOOK_COLUMNS).map(([name, { type }]) => [
      name,
      type.replace('varchar', 'character varying').replace('tz', ' with time zone'),
    ]);
    assert.deepEqual(types, Object.fromEntries(listed));
  });

  test('settings of every kind → read as they were stored, and as they were replaced', async () => {
    const odd: WebhookSettings = {
      ...SETTINGS,
      name: `'"\\ $1 ☃`,
      url: 'https://example.com/?a=$2',
      content_type: 'text/plain',
      valid_status_codes: [599, 100],
      secret_token: '',
      active: false,
      max_delivery_attempts: 11,
      delivery_attempt_timeout: 12,
      retry_min_backoff: 13,
      retry_max_backoff: 14,
      max_concurrency: 15,
      rate_limit: { count: 16, per_seconds: 17, burst: 2 },
      retry_schedule: [19, 18],
      retry_jitter: 0.1,
      honor_retry_after: true,
      on_gone: 'deactivate',
      on_failing: 'hold',
      failing_after: { attempts: 20, seconds: 0 },
      deactivate_after: 3601,
      max_delivery_age: 21,
      ordering_on_failure: 'block',
    };
    const { id } = await inTransaction(pool, (tx) =>
      insertWebhook({ tx, vault: NO_KEYS }, randomUUID(), odd),
    );
    const stored = await findWebhook({ db: pool, vault: NO_KEYS }, id);
    assert.ok(stored);
    assert.deepEqual(settingsOf(stored), odd);
    await inTransaction(pool, (tx) => replaceWebhook({ tx, vault: NO_KEYS }, id, SETTINGS));
    const { updated_at: _then, ...replaced } = { ...stored, ...SETTINGS };
    const { updated_at: _now, ...found } =
      (await findWebhook({ db: pool, vault: NO_KEYS }, id)) ?? stored;
    assert.deepEqual(found, replaced);
    assert.deepEqual(Object.keys(stored), Object.keys(WEBHOOK_COLUMNS));
  });

  test('a webhook joined to other rows → the very same as read by itself, without what no worker needs', async () => {
    const webhook = await addWebhook(database, { valid_status_codes: [200, 204], active: false });
    const { rows } = await pool.query<JoinedWebhook>(
      `select asked.id, ${webhookColumns('w')}
       from unnest($1::uuid[]) as asked (id) join webhooks w on w.id = asked.id`,
      [[webhook.id]],
    );
    assert.deepEqual(rows.map(webhookOf), [sendingOf(webhook)]);
    assert.deepEqual(await findWebhook({ db: pool, vault: NO_KEYS }, webhook.id), webhook);
  });
});
