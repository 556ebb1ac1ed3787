import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { hangingNames } from '../setup/hanging-names.ts';
import { until } from '../setup/until.ts';
import { ending, startServer, startWorker } from './processes.ts';

test('SIGTERM while a name look-up hangs → its delivery goes back, and the process ends all the same', async (t) => {
  const database = await freshDatabase(t);
  const { api } = await startServer(t, database);
  const webhook = await api.createWebhook({ url: 'http://hang-1.test/', delivery_attempt_timeout: 600 });
  const { env } = await hangingNames(t);
  const worker = await startWorker(t, database, { ...env, POSTMAND_SHUTDOWN_GRACE_PERIOD: '1' });
  const delivery = await api.createDelivery(webhook.id);
  await until('it is claimed', async () => {
    const { rowCount } = await database.pool.query(`select from postmand_queue.job where name = 'deliveries' and state = 'active'`);
    return rowCount;
  });

  worker.process.kill('SIGTERM');
  assert.deepEqual(await ending(worker), { code: 0, signal: null });
  assert.ok(worker.lines.some(({ event }) => event === 'worker.stopped'));
  assert.deepEqual(await api.attempts(delivery.id), []);
  assert.equal((await api.delivery(delivery.id)).status, 'pending');
});
