import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { inTransaction } from '../../../src/database/transaction.ts';
import { findSendable } from '../../../src/deliveries/sendable.ts';
import { openedForSending, storedOldSecrets } from '../../../src/webhooks/secrets/row-secrets.ts';
import { lockSecrets } from '../../../src/webhooks/secrets/secret-store.ts';
import { SecretsLocked, Vault } from '../../../src/webhooks/secrets/vault.ts';
import { listWebhooks } from '../../../src/webhooks/webhook-list.ts';
import {
  findWebhook,
  insertWebhook,
  lockWebhook,
  replaceWebhook,
} from '../../../src/webhooks/webhook-store.ts';
import type { WebhookSettings } from '../../../src/webhooks/webhook.ts';
import { freshDatabase } from '../../setup/database.ts';
import { keyOf } from '../../setup/keys.ts';
import type { Cleanup } from '../../setup/last-first.ts';
import { NO_KEYS } from '../../setup/parts.ts';
import { addDeliveries } from '../../setup/rows.ts';
import { SETTINGS } from '../../setup/settings.ts';

const PAGE = { limit: 50, offset: 0, createdAt: {} };
const SECRET: WebhookSettings = {
  ...SETTINGS,
  secret_token: 'hunter2-token',
  headers: { 'X-Key': 'hunter2-header' },
  auth: { type: 'basic', username: 'somebody', password: 'hunter2-password' },
};
const PLAIN: WebhookSettings = { ...SETTINGS, secret_token: '' };

async function freshStore(t: Cleanup, ...keys: string[]) {
  const { pool } = await freshDatabase(t);
  const vault = new Vault(keys.map(keyOf));
  return {
    ...{ pool, vault, db: pool },
    insert: (settings: WebhookSettings) =>
      inTransaction(pool, (tx) => insertWebhook({ tx, vault }, randomUUID(), settings)),
    replace: (id: string, settings: WebhookSettings) =>
      inTransaction(pool, (tx) => replaceWebhook({ tx, vault }, id, settings)),
    /** All that the row holds, as text. */
    async row(id: string) {
      const { rows } = await pool.query<{ text: string; sealed: string | null }>(
        'select webhooks::text as text, sealed from webhooks where id = $1',
        [id],
      );
      return rows[0] ?? assert.fail('no such row');
    },
  };
}

suite('webhooks in a database with a key', { concurrency: 4 }, () => {
  test('one with secrets → it is read as it was given, and its row has none of them', async (t) => {
    const { pool, vault, db, insert, row } = await freshStore(t, 'k1');
    const webhook = await insert(SECRET);
    assert.deepEqual({ ...webhook, ...SECRET }, webhook);
    assert.ok(!('sealed' in webhook) && !('signing_key' in webhook));
    assert.deepEqual(await findWebhook({ db, vault }, webhook.id), webhook);
    assert.deepEqual((await listWebhooks({ db, vault }, {}, PAGE)).items, [webhook]);
    const locked = await inTransaction(pool, (tx) => lockWebhook({ tx, vault }, webhook.id));
    assert.deepEqual(locked, webhook);
    const { text, sealed } = await row(webhook.id);
    assert.match(sealed ?? '', /^v1\.k1\./);
    assert.doesNotMatch(text, /hunter2|somebody|X-Key/);
  });

  test('replaced by one without secrets, and back → encrypted only where there is something to hide', async (t) => {
    const { insert, replace, row } = await freshStore(t, 'k1');
    const { id } = await insert(PLAIN);
    assert.equal((await row(id)).sealed, null);
    assert.equal((await replace(id, SECRET))?.secret_token, SECRET.secret_token);
    assert.match((await row(id)).sealed ?? '', /^v1\.k1\./);
    assert.deepEqual((await replace(id, PLAIN))?.headers, {});
    assert.equal((await row(id)).sealed, null);
  });

  test('a webhook with a signing key is replaced → it keeps it, encrypted', async (t) => {
    const { pool, vault, insert, replace, row } = await freshStore(t, 'k1');
    const { id } = await insert(PLAIN);
    await pool.query(`update webhooks set signing_key = 'whsk_hunter2'`);
    await replace(id, { ...PLAIN, name: 'another' });
    assert.doesNotMatch((await row(id)).text, /hunter2/);
    const secrets = await inTransaction(pool, (tx) => lockSecrets({ tx, vault }, id));
    assert.equal(secrets?.signing_key, 'whsk_hunter2');
  });

  test('one that was stored before there was a key → it is read, and encrypted when it is replaced', async (t) => {
    const { pool, db, vault, replace, row } = await freshStore(t, 'k1');
    const id = randomUUID();
    await inTransaction(pool, (tx) => insertWebhook({ tx, vault: NO_KEYS }, id, SECRET));
    assert.match((await row(id)).text, /hunter2-token/);
    assert.equal((await findWebhook({ db, vault }, id))?.secret_token, SECRET.secret_token);
    await replace(id, { ...SECRET, name: 'another' });
    assert.doesNotMatch((await row(id)).text, /hunter2/);
  });

  test('without a key → all is stored as it was given', async (t) => {
    const { insert, row } = await freshStore(t);
    const { id } = await insert(SECRET);
    const { text, sealed } = await row(id);
    assert.equal(sealed, null);
    assert.match(text, /hunter2-token.*hunter2-header.*hunter2-password/s);
  });

  test('the ciphertext of another webhook → neither is read nor replaced', async (t) => {
    const { pool, db, vault, insert, replace } = await freshStore(t, 'k1');
    const [mine, its] = [await insert(SECRET), await insert(PLAIN)];
    await pool.query(
      'update webhooks set sealed = (select sealed from webhooks where id = $1) where id = $2',
      [mine.id, its.id],
    );
    await assert.rejects(findWebhook({ db, vault }, its.id), SecretsLocked);
    await assert.rejects(replace(its.id, SECRET), SecretsLocked);
    assert.deepEqual(await findWebhook({ db, vault }, mine.id), mine);
  });

  test('as a worker reads it → its secrets and those that were replaced, opened', async (t) => {
    const { pool, vault, insert } = await freshStore(t, 'k1');
    const { id } = await insert({ ...SECRET, signatures: ['standard'] });
    const [deliveryId = ''] = await addDeliveries({ pool }, id);
    const oldId = randomUUID();
    const old = storedOldSecrets(vault, oldId, { secret_token: 'old', signing_key: 'whsk_old' });
    await pool.query(
      `insert into webhook_secrets (id, webhook_id, secret_token, signing_key, sealed, hub,
         replaced_at, expires_at)
       values ($1, $2, $3, $4, $5, false, now(), now() + interval '1 hour')`,
      [oldId, id, old.secret_token, old.signing_key, old.sealed],
    );
    await pool.query(`update webhooks set old_secrets_until = now() + interval '1 hour'`);
    const [found] = await findSendable(pool, [deliveryId]);
    assert.equal(found?.webhook.secret_token, '');
    const { secret_token, request } = openedForSending(vault, found.webhook);
    assert.equal(secret_token, SECRET.secret_token);
    assert.deepEqual(
      [request?.headers, request?.auth, request?.sealed],
      [SECRET.headers, SECRET.auth, null],
    );
    assert.deepEqual(
      request?.old_secrets?.map(({ secret_token, signing_key }) => [secret_token, signing_key]),
      [['old', 'whsk_old']],
    );
    assert.throws(() => openedForSending(NO_KEYS, found.webhook), SecretsLocked);
  });

  test('one without encrypted secrets, as a worker reads it → the very same object', async (t) => {
    const { pool, vault, insert } = await freshStore(t);
    const { id } = await insert({ ...SECRET, signatures: ['standard'] });
    const [deliveryId = ''] = await addDeliveries({ pool }, id);
    const [found] = await findSendable(pool, [deliveryId]);
    assert.ok(found?.webhook.request);
    assert.equal(openedForSending(vault, found.webhook), found.webhook);
  });
});
