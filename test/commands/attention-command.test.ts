import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { giveSignOfLife } from '../setup/sign-of-life.ts';
import { asking } from './asking.ts';

suite('postmand attention', { concurrency: 2 }, () => {
  test('nothing is wrong → it says so, with the figures of today', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    await giveSignOfLife(database);
    const { stdout, code } = await asking(t, api)('attention');
    assert.equal(code, 0);
    assert.match(stdout, /^All is well\.\n\nToday \(UTC\): 0 accepted, 0 succeeded, 0 failed/);
    assert.match(stdout, /^Nothing is due and waits\.$/m);
  });

  test('webhooks are paused, and nobody sends → each with the command to look next', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const ask = asking(t, api);
    const paused = await api.createWebhook({ name: 'Paused' });
    await api.call('POST', `/webhooks/${paused.id}/pause`, {});
    const late = await api.createWebhook({ name: 'Late' });
    const { id } = await api.createDelivery(late.id);
    await database.pool.query(
      `update deliveries set scheduled_at = now() - interval '10 minutes' where id = $1`,
      [id],
    );
    await giveSignOfLife(database);
    const { stdout, stderr } = await ask('attention');
    assert.match(
      stdout,
      /^1 critical, 1 notice, the most wrong first\.\n\ncritical: behind\n/,
      stderr,
    );
    assert.match(stdout, new RegExp(`^→ postmand deliveries --webhook ${late.id} `, 'm'));
    assert.match(stdout, new RegExp(`notice: paused\n.*\n→ postmand webhooks show ${paused.id}`));
    assert.match(stdout, /^What is due and waits longest was due .* \(10 min/m);
    await database.pool.query('delete from upkeep_turn');
    assert.match((await ask('attention')).stdout, /critical: no worker\n.*\n→ postmand doctor/);
    const answer = JSON.parse((await ask('attention', '--json')).stdout) as { items: unknown[] };
    assert.equal(answer.items.length, 3);
  });
});
