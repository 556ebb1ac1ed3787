import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Vault } from '../../src/webhooks/secrets/vault.ts';
import { freshDatabase } from '../setup/database.ts';
import { keyOf } from '../setup/keys.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { keepingLog } from '../setup/parts.ts';
import { startApi } from '../setup/service.ts';
import { GIVEN } from '../setup/settings.ts';

/** A server with the key of a webhook, and one that has another one. */
async function twoServers(t: Cleanup) {
  const database = await freshDatabase(t);
  const log = keepingLog();
  const mine = await startApi(t, database, { vault: new Vault([keyOf('new'), keyOf('old')]) });
  const other = await startApi(t, database, { vault: new Vault([keyOf('old')]), log });
  return { ...database, mine, other, log };
}

suite('a server that does not have the key of a webhook', { concurrency: 4 }, () => {
  test('to read, list, replace or pause it → 503 with code 22 that names webhook and key, a log line, and nothing is done', async (t) => {
    const { pool, mine, other, log } = await twoServers(t);
    const { id } = await mine.createWebhook();
    const rows = () => pool.query('select * from webhooks left join webhook_states on true');
    const before = (await rows()).rows;
    const calls: [method: string, path: string, body?: unknown][] = [
      ['GET', `/webhooks/${id}`],
      ['GET', '/webhooks'],
      ['PUT', `/webhooks/${id}`, { ...GIVEN, secret_token: 'another' }],
      ['POST', `/webhooks/${id}/pause`],
    ];
    for (const [method, path, body] of calls) {
      const answer = await other.call(method, path, body);
      assert.deepEqual([answer.status, answer.body.code], [503, 22], `${method} ${path}`);
      assert.match(answer.body.details, new RegExp(`webhooks ${id} .* "new"`));
    }
    assert.deepEqual((await rows()).rows, before);
    assert.deepEqual(
      log.lines.filter(({ event }) => event === 'http.failed').map(({ level }) => level),
      calls.map(() => 'warn'),
    );
  });

  test('what needs no secret → is done: deliveries are accepted, and the webhook can be removed', async (t) => {
    const { mine, other } = await twoServers(t);
    const { id } = await mine.createWebhook();
    const delivery = await other.createDelivery(id);
    assert.equal((await mine.delivery(delivery.id)).status, 'pending');
    assert.equal((await other.call('GET', `/webhooks/${id}/ordering-keys`)).status, 200);
    assert.equal((await other.call('DELETE', `/webhooks/${id}`)).status, 204);
    assert.equal((await mine.call('GET', `/webhooks/${id}`)).status, 404);
  });

  test('other webhooks, and one with a key that is not its first → they are served', async (t) => {
    const { mine, other } = await twoServers(t);
    await mine.createWebhook({ active: false });
    const plain = await mine.createWebhook({ secret_token: '' });
    const old = await other.createWebhook();
    assert.equal((await other.call('GET', `/webhooks/${plain.id}`)).status, 200);
    assert.equal(
      (await mine.call('GET', `/webhooks/${old.id}`)).body.secret_token,
      'my-secret-token',
    );
  });

  test('secrets that are damaged → 503 with code 22 and words of its own', async (t) => {
    const { pool, mine } = await twoServers(t);
    const { id } = await mine.createWebhook();
    await pool.query(`update webhooks set sealed = overlay(sealed placing 'AAAA' from 10)`);
    const { status, body } = await mine.call('GET', `/webhooks/${id}`);
    assert.deepEqual([status, body.code], [503, 22]);
    assert.match(body.details, /do not open with the key "new": they are damaged/);
  });
});
