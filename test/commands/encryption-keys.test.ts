import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inTransaction } from '../../src/database/transaction.ts';
import { Vault } from '../../src/webhooks/secrets/vault.ts';
import { insertWebhook } from '../../src/webhooks/webhook-store.ts';
import { postmand } from '../setup/command.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { keyOf, keySettings } from '../setup/keys.ts';
import { startReceiver } from '../setup/receiver.ts';
import { numbered } from '../setup/rows.ts';
import { SETTINGS } from '../setup/settings.ts';
import { ending, startServer, startWorker } from './processes.ts';

/** A webhook for each of these keys. */
async function addSealed({ pool }: TestDatabase, ...ids: string[]): Promise<void> {
  for (const [i, id] of ids.entries()) {
    const vault = new Vault([keyOf(id)]);
    await inTransaction(pool, (tx) =>
      insertWebhook({ tx, vault }, numbered('webhook', i + 1), SETTINGS),
    );
  }
}

suite('a database with encrypted secrets', { concurrency: 2 }, () => {
  for (const name of ['server', 'worker', 'start'] as const) {
    test(`${name} without one of the keys in use → exit 1, naming it and the variable, without a key`, async (t) => {
      const database = await freshDatabase(t);
      await addSealed(database, 'a', 'b', 'c');
      const env = { POSTMAND_DATABASE_URL: database.url, ...keySettings('b') };
      const command = postmand(t, [name], { env });
      assert.deepEqual(await ending(command, 60_000), { code: 1, signal: null });
      const { stderr, stdout } = command.output;
      assert.match(
        stderr,
        /^postmand: Secrets of webhooks are encrypted with the keys "a", "c", which POSTMAND_ENCRYPTION_KEYS does not have\./,
      );
      assert.ok(!(stderr + stdout).includes(keyOf('b').key.export().toString('base64')));
    });
  }

  for (const name of ['server', 'worker'] as const) {
    test(`${name} without any key → exit 1, saying that the variable is not set`, async (t) => {
      const database = await freshDatabase(t);
      await addSealed(database, 'a');
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: database.url } });
      assert.deepEqual(await ending(command, 60_000), { code: 1, signal: null });
      assert.match(command.output.stderr, /with the key "a", .* as it is not set\./);
    });
  }

  test('server and worker with all keys, in another order each → deliveries go out', async (t) => {
    const database = await freshDatabase(t);
    await addSealed(database, 'a', 'b');
    const receiver = await startReceiver(t);
    const { api } = await startServer(t, database, keySettings('a', 'b'));
    await startWorker(t, database, keySettings('b', 'a'));
    const { id } = await api.createWebhook({ url: receiver.url });
    const { id: deliveryId } = await api.createDelivery(id);
    assert.equal((await api.settled(deliveryId)).status, 'succeeded');
    assert.ok(receiver.received[0]?.headers['x-hub-signature']);
    const { rows } = await database.pool.query<{ sealed: string }>(
      'select sealed from webhooks where id = $1',
      [id],
    );
    assert.match(rows[0]?.sealed ?? '', /^v1\.a\./);
  });
});
