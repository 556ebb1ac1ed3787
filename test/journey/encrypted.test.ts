import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import { Vault } from '../../src/webhooks/secrets/vault.ts';
import { freshDatabase } from '../setup/database.ts';
import { keyOf } from '../setup/keys.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { keepingLog } from '../setup/parts.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { deliveryRow, jobs } from '../setup/tables.ts';
import { until } from '../setup/until.ts';

const PAYLOAD = '{"n": 1}';
const signature = (token: string, payload = PAYLOAD) =>
  createHmac('sha256', token).update(payload).digest('hex');

/** A server with both keys, the new one first, a receiver, and a worker with these keys. */
async function startEncrypted(t: Cleanup, ...workerKeys: string[]) {
  const database = await freshDatabase(t);
  const log = keepingLog();
  const api = await startApi(t, database, { vault: new Vault([keyOf('new'), keyOf('old')]) });
  const receiver = await startReceiver(t);
  await startWorkerHere(t, database, { log, vault: new Vault(workerKeys.map(keyOf)) });
  return { ...database, log, api, receiver };
}

suite('a webhook whose secrets are encrypted', { concurrency: 4 }, () => {
  test('a delivery → it is signed with the token', async (t) => {
    const { api, receiver } = await startEncrypted(t, 'old', 'new');
    const { id } = await api.createWebhook({ url: receiver.url, secret_token: 'hunter2' });
    const delivery = await api.createDelivery(id, PAYLOAD);
    assert.equal((await api.settled(delivery.id)).status, 'succeeded');
    assert.equal(receiver.received[0]?.headers['x-hub-signature'], signature('hunter2'));
  });

  test('a payload that is read only for its send → it is signed with the token', async (t) => {
    const { api, receiver } = await startEncrypted(t, 'old', 'new');
    const settings = { secret_token: 'hunter2', headers: { 'X-Key': 'k' } };
    const { id } = await api.createWebhook({ url: receiver.url, ...settings });
    const payload = JSON.stringify('x'.repeat(40_000));
    const delivery = await api.createDelivery(id, payload);
    assert.equal((await api.settled(delivery.id)).status, 'succeeded');
    const { headers } = receiver.received[0] ?? {};
    assert.equal(headers?.['x-hub-signature'], signature('hunter2', payload));
    assert.equal(headers?.['x-key'], 'k');
  });

  for (const [what, workerKeys, damage, reason] of [
    ['a key that the worker does not have', ['old'], false, 'key_missing'],
    ['a ciphertext that was damaged', ['new'], true, 'damaged'],
  ] as const) {
    test(`${what} → its deliveries wait for 30 s unspent, the log says why, and other webhooks go on`, async (t) => {
      const { pool, api, receiver, log } = await startEncrypted(t, ...workerKeys);
      const { id } = await api.createWebhook({ url: receiver.url });
      if (damage) await pool.query(`update webhooks set sealed = sealed || 'AAAA'`);
      const plain = await api.createWebhook({ url: receiver.url, secret_token: '' });
      const locked = await api.createDelivery(id, PAYLOAD);
      const line = await until('the line in the log', () =>
        log.lines.find(({ event }) => event === 'webhook.secrets_locked'),
      );
      const { webhook_id, key_id, reason: told } = line.fields;
      assert.deepEqual([line.level, webhook_id, key_id, told], ['error', id, 'new', reason]);
      const other = await api.createDelivery(plain.id, PAYLOAD);
      assert.equal((await api.settled(other.id)).status, 'succeeded');
      const job = await until('the job of its next try', async () =>
        (await jobs(pool)).find(
          ({ deliveryId, state }) => deliveryId === locked.id && state === 'created',
        ),
      );
      assert.ok(job.waitSeconds > 10 && job.waitSeconds <= 30, String(job.waitSeconds));
      const row = await deliveryRow(pool, locked.id);
      assert.deepEqual([row?.status, row?.delivery_attempts, row?.held], ['pending', 0, false]);
      assert.equal(receiver.received.length, 1);
    });
  }
});
