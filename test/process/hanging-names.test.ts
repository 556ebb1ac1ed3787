import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { emptyFolder, ending, startServer, startWorker } from './processes.ts';

const PRELOAD = new URL('../setup/hanging-names.mjs', import.meta.url).href;

suite('names whose look-up hangs', () => {
  test('eight of them in front → deliveries to a name that works arrive meanwhile, and the hanging ones time out as attempts', async (t) => {
    const database = await freshDatabase(t);
    const receiver = await startReceiver(t);
    const { api } = await startServer(t, database);
    const hung = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        api.createWebhook({ url: `http://hang-${i}.test/`, delivery_attempt_timeout: 3, max_delivery_attempts: 1 }),
      ),
    );
    const healthy = await api.createWebhook({ url: receiver.url.replace('127.0.0.1', 'localhost') });
    const stuck = await Promise.all(hung.flatMap(({ id }) => [api.createDelivery(id), api.createDelivery(id)]));
    await startWorker(t, database, await hangingNames(t));
    const sent = await Promise.all(Array.from({ length: 20 }, () => api.createDelivery(healthy.id)));

    for (const { id } of sent) assert.equal((await api.settled(id)).status, 'succeeded');
    const [first] = stuck;
    assert.equal((await api.settled(first?.id ?? '')).status, 'failed');
    const [attempt] = await api.attempts(first?.id ?? '');
    assert.equal(attempt?.error, 'timeout after 3 s');
    assert.ok((attempt?.execution_duration ?? 0) >= 2900, String(attempt?.execution_duration));
  });

  test('SIGTERM while they hang → their deliveries go back, and the process ends all the same', async (t) => {
    const database = await freshDatabase(t);
    const { api } = await startServer(t, database);
    const webhook = await api.createWebhook({ url: 'http://hang-1.test/', delivery_attempt_timeout: 600 });
    const worker = await startWorker(t, database, { ...(await hangingNames(t)), POSTMAND_SHUTDOWN_GRACE_PERIOD: '1' });
    const delivery = await api.createDelivery(webhook.id);
    await until('it is claimed', async () => {
      const { rowCount } = await database.pool.query(`select from pgboss.job where name = 'deliveries' and state = 'active'`);
      return rowCount;
    });

    worker.process.kill('SIGTERM');
    assert.deepEqual(await ending(worker), { code: null, signal: 'SIGTERM' });
    assert.ok(worker.lines.some(({ event }) => event === 'worker.stopped'));
    assert.deepEqual(await api.attempts(delivery.id), []);
    assert.equal((await api.delivery(delivery.id)).status, 'pending');
  });
});

/** The environment of a process in which names that start with "hang-" hang. */
async function hangingNames(t: TestContext): Promise<Record<string, string>> {
  const pipe = path.join(await emptyFolder(t), 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  return { HANGING_PIPE: pipe, NODE_OPTIONS: `--import=${PRELOAD}` };
}
