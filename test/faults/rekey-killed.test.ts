import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Vault } from '../../src/webhooks/secrets/vault.ts';
import { findWebhook } from '../../src/webhooks/webhook-store.ts';
import { ending } from '../commands/processes.ts';
import { postmand } from '../setup/command.ts';
import { keyOf, keySettings } from '../setup/keys.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { crowdApart, openScene } from './scene.ts';
import { CALM, startTraffic } from './traffic.ts';

const WEBHOOKS = sized(150, 2000);

test('rekey killed with SIGKILL while it holds rows that are half written, under traffic → each row opens, a second one ends the work, and every request was signed', async (t) => {
  const keys = keySettings('new', 'old');
  const scene = await openScene(t, { env: keySettings('old') });
  const { pool, url } = scene.database;
  const crowd = await crowdApart(scene, WEBHOOKS, '/crowd', () => 200, 'succeeded');
  const traffic = startTraffic(t, scene, { callers: 4, ...CALM });
  // A rolling restart: both know both keys before one of them encrypts with the new one.
  await scene.worker({
    POSTMAND_ENCRYPTION_KEYS: keySettings('old', 'new').POSTMAND_ENCRYPTION_KEYS,
  });
  await scene.server(keys);
  await traffic.accepted(20);
  const start = () => postmand(t, ['rekey'], { env: { POSTMAND_DATABASE_URL: url, ...keys } });

  const since = new Date();
  for (let kill = 0; kill < sized(2, 10); kill += 1) {
    // It may read and lock its rows, and waits with the first of them that it writes.
    const unlock = await lockTable(t, scene.database, 'webhooks', 'share');
    const doomed = start();
    await until('it waits within its transaction', async () => {
      const { rowCount } = await pool.query(
        `select from pg_stat_activity where datname = current_database()
           and application_name = 'postmand rekey' and wait_event_type = 'Lock'`,
      );
      return rowCount;
    });
    assert.deepEqual(await doomed.end('SIGKILL'), { code: null, signal: 'SIGKILL' });
    await unlock();
  }
  await traffic.accepted(20);

  const rekey = start();
  assert.deepEqual(await ending(rekey, 60_000), { code: 0, signal: null });
  const { rows } = await pool.query<{ key: string; count: number }>(
    `select split_part(sealed, '.', 2) as key, count(*)::integer as count from webhooks group by 1`,
  );
  assert.deepEqual(rows, [{ key: 'new', count: scene.webhooks.length + crowd.length }]);
  const vault = new Vault([keyOf('new')]);
  for (const before of [...scene.webhooks, ...crowd]) {
    const { secret_token, updated_at } =
      (await findWebhook({ db: pool, vault }, before.id)) ?? before;
    assert.deepEqual([secret_token, updated_at], [before.secret_token, before.updated_at]);
  }
  await judge(t, scene, { traffic, since });
});
