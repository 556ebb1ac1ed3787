import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inTransaction } from '../../src/database/transaction.ts';
import { lockSecrets } from '../../src/webhooks/secrets/secret-store.ts';
import { Vault } from '../../src/webhooks/secrets/vault.ts';
import { freshDatabase } from '../setup/database.ts';
import { keyOf } from '../setup/keys.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';

const HEADERS = { 'X-Key': 'hunter2-header' };
const AUTH = { type: 'basic', username: 'somebody', password: 'hunter2-password' };

/** A server and a worker with a key, and a webhook that has every kind of secret. */
async function startEncrypted(t: Cleanup) {
  const database = await freshDatabase(t);
  const vault = new Vault([keyOf('a')]);
  const api = await startApi(t, database, { vault });
  const receiver = await startReceiver(t);
  await startWorkerHere(t, database, { vault });
  const settings = { url: receiver.url, headers: HEADERS, auth: AUTH, secret_token: 'hunter2-1' };
  const given = { ...settings, signatures: ['hub', 'standard', 'standard_ed25519'] };
  const webhook = await api.createWebhook({ ...given, secret_token: undefined } as never);
  /** All rows that have secrets, as text. */
  const tables = async () => {
    const { rows } = await database.pool.query<{ text: string }>(
      'select w::text as text from webhooks w union all select s::text from webhook_secrets s',
    );
    return rows.map(({ text }) => text).join('\n');
  };
  return { ...database, vault, api, receiver, webhook, tables };
}

suite('webhooks whose secrets are encrypted', { concurrency: 2 }, () => {
  test('rotated twice, then delivered → each valid secret signs, and no table shows one', async (t) => {
    const { api, receiver, webhook, tables } = await startEncrypted(t);
    const { id, secret_token: first } = webhook;
    const second = await api.call('POST', `/webhooks/${id}/secrets`, {});
    const third = await api.call('POST', `/webhooks/${id}/secrets`, { hub: 'old' });
    assert.deepEqual([second.status, third.status], [201, 201]);
    const { body } = await api.call('GET', `/webhooks/${id}/secrets`);
    assert.equal(body.secrets.length, 3);
    const delivery = await api.createDelivery(id, '{"n": 1}');
    assert.equal((await api.settled(delivery.id)).status, 'succeeded');
    const [request] = receiver.received;
    const signatures = String(request?.headers['webhook-signature']).split(' ');
    const kinds = Object.groupBy(signatures, (one) => one.split(',')[0] ?? '');
    assert.deepEqual([kinds['v1']?.length, kinds['v1a']?.length], [3, 3]);
    const text = await tables();
    for (const token of [first, second.body.secret_token, third.body.secret_token])
      assert.ok(!text.includes(token.slice('whsec_'.length)), 'a token is in a table');
    assert.doesNotMatch(text, /hunter2|somebody|whsk_/);
    assert.equal(
      (await api.call('GET', `/webhooks/${id}`)).body.secret_token,
      third.body.secret_token,
    );
  });

  test('rotated, and one ended → it keeps its headers and credentials', async (t) => {
    const { pool, vault, api, receiver, webhook } = await startEncrypted(t);
    const { id } = webhook;
    await api.call('POST', `/webhooks/${id}/secrets`, {});
    const { body } = await api.call('GET', `/webhooks/${id}/secrets`);
    const old = body.secrets.find(({ current }: { current: boolean }) => !current);
    assert.equal((await api.call('DELETE', `/webhooks/${id}/secrets/${old.id}`)).status, 204);
    const delivery = await api.createDelivery(id, '{"n": 1}');
    assert.equal((await api.settled(delivery.id)).status, 'succeeded');
    const sent = receiver.received[0]?.headers;
    assert.equal(String(sent?.['webhook-signature']).split(' ').length, 2);
    const kept = await inTransaction(pool, (tx) => lockSecrets({ tx, vault }, id));
    assert.deepEqual([kept?.headers, kept?.auth], [HEADERS, AUTH]);
  });
});
