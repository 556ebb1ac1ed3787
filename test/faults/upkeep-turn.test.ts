import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Command } from '../setup/command.ts';
import { startDatabaseProxy, type DatabaseProxy } from '../setup/database-proxy.ts';
import { until } from '../setup/until.ts';
import { openScene } from './scene.ts';

const FAULTS: [how: string, strike: (holder: Command, way: DatabaseProxy) => Promise<unknown>][] = [
  ['is killed with SIGKILL', (holder) => holder.end('SIGKILL')],
  ['is frozen', async (holder) => holder.process.kill('SIGSTOP')],
  ['is cut off from the database, which is not told', async (_holder, way) => way.freeze()],
];

suite('the worker whose turn the upkeep is', { concurrency: 3 }, () => {
  for (const [how, strike] of FAULTS)
    test(`${how} → another one releases what is held`, async (t) => {
      const scene = await openScene(t);
      const way = await startDatabaseProxy(t, scene.database.url);
      const holder = await scene.worker({ POSTMAND_DATABASE_URL: way.url });
      await until('it has the turn', async () => (await holders(scene)) === 1);
      await scene.worker();
      const webhook = scene.webhooks[0];
      assert.ok(webhook);
      await scene.api().call('POST', `/webhooks/${webhook.id}/pause`);
      const { id, held_reason } = await scene.api().createDelivery(webhook.id);
      assert.equal(held_reason, 'endpoint_paused');
      await strike(holder, way);
      await scene.api().call('POST', `/webhooks/${webhook.id}/resume`);
      assert.equal((await scene.api().settled(id, 30_000)).status, 'succeeded');
    });
});

async function holders({ database }: Awaited<ReturnType<typeof openScene>>): Promise<number> {
  const { rowCount } = await database.pool.query(
    `select 1 from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and datname = current_database()
       and application_name = 'postmand worker listen'
     union all select 1 from upkeep_turn`,
  );
  return rowCount ?? 0;
}
