import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { inTransaction } from '../../src/database/transaction.ts';
import { WEBHOOK_COLUMNS } from '../../src/webhooks/webhook-columns.ts';
import { webhookColumns, webhookOf, type JoinedWebhook } from '../../src/webhooks/webhook-sql.ts';
import { findWebhook, insertWebhook, replaceWebhook } from '../../src/webhooks/webhook-store.ts';
import {
  settingsOf,
  type GivenSettings,
  type WebhookSettings,
} from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { addWebhook } from '../setup/rows.ts';
import { SETTINGS } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';

const { secret_token: _token, active: _active, ...REQUIRED } = SETTINGS;

const GIVEN: [when: string, given: GivenSettings, then: object][] = [
  ['everything', SETTINGS, SETTINGS],
  ['nothing that has a default', REQUIRED, { ...REQUIRED, secret_token: '', active: false }],
  [
    'null for what has a default',
    { ...REQUIRED, secret_token: null, active: null },
    { ...REQUIRED, secret_token: '', active: false },
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

suite('the table of webhooks', async () => {
  const database = await freshDatabase(wholeFile);
  const { pool } = database;

  test('the list of columns → the columns and types of the table, without deleted_at', async () => {
    const { rows } = await pool.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, null) as type from pg_attribute
       where attrelid = 'webhooks'::regclass and attnum > 0 and not attisdropped
         and attname <> 'deleted_at'`,
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
    };
    const { id } = await inTransaction(pool, (tx) => insertWebhook(tx, randomUUID(), odd));
    const stored = await findWebhook(pool, id);
    assert.ok(stored);
    assert.deepEqual(settingsOf(stored), odd);
    await inTransaction(pool, (tx) => replaceWebhook(tx, id, SETTINGS));
    const { updated_at: _then, ...replaced } = { ...stored, ...SETTINGS };
    const { updated_at: _now, ...found } = (await findWebhook(pool, id)) ?? stored;
    assert.deepEqual(found, replaced);
    assert.deepEqual(Object.keys(stored), Object.keys(WEBHOOK_COLUMNS));
  });

  test('a webhook joined to other rows → the very same as read by itself', async () => {
    const webhook = await addWebhook(database, { valid_status_codes: [200, 204], active: false });
    const { rows } = await pool.query<JoinedWebhook>(
      `select asked.id, ${webhookColumns('w')}
       from unnest($1::uuid[]) as asked (id) join webhooks w on w.id = asked.id`,
      [[webhook.id]],
    );
    assert.deepEqual(rows.map(webhookOf), [webhook]);
    assert.deepEqual(await findWebhook(pool, webhook.id), webhook);
  });
});
