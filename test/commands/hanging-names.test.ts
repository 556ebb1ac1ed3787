import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { postmand, type Command } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { hangingNames } from '../setup/hanging-names.ts';
import type { Api } from '../setup/service.ts';
import { ending, startServer, startWorker, endAgain } from './processes.ts';

/** Throws an error that nobody catches, at a signal that nothing else uses. */
const FATAL = `--import=data:text/javascript,process.on('SIGUSR2',()=>{throw(1)})`;

suite('a name look-up hangs', { concurrency: 2 }, () => {
  test('SIGTERM during a send → its claim is returned, and the process ends all the same', async (t) => {
    const { worker, api, deliveryId } = await hangingWorker(t, {
      POSTMAND_SHUTDOWN_GRACE_PERIOD: '1',
    });
    worker.process.kill('SIGTERM');
    assert.deepEqual(await ending(worker), { code: 0, signal: null });
    assert.ok(worker.lines.some(({ event }) => event === 'worker.stopped'));
    assert.deepEqual(await api.attempts(deliveryId), []);
    assert.equal((await api.delivery(deliveryId)).status, 'pending');
  });

  for (const [first, second] of [
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
  ] as const) {
    test(`${first}, then ${second} → the process ends at once, exit 1`, async (t) => {
      const { worker } = await hangingWorker(t);
      worker.process.kill(first);
      await worker.event('worker.stopping');
      assert.deepEqual(await endAgain(worker, second), { code: 1, signal: null });
      assert.ok(
        !worker.lines.some(({ event }) => event === 'worker.stopped'),
        'it did not wait for the grace period',
      );
    });
  }

  test('an error that nobody catches → it is logged, and the process ends at once, exit 1', async (t) => {
    const { worker } = await hangingWorker(t, {}, FATAL);
    worker.process.kill('SIGUSR2');
    assert.deepEqual(await ending(worker), { code: 1, signal: null });
    assert.ok(worker.lines.some(({ event }) => event === 'process.uncaught'));
  });

  test('the look-up of the name of the database at the start → SIGTERM ends the process at once, exit 0', async (t) => {
    const { env, started } = await hangingNames(t);
    const command = postmand(t, ['server'], {
      env: { ...env, POSTMAND_DATABASE_URL: 'postgres://u:p@hang-1.test/d' },
    });
    await started();
    assert.deepEqual(await command.end('SIGTERM'), { code: 0, signal: null });
  });

  test('the look-up of the name to listen on → a second signal ends the process at once, exit 1', async (t) => {
    const { env, started } = await hangingNames(t);
    const command = postmand(t, ['listen', '--host', 'hang-1.test', '--port', '0'], { env });
    await started();
    command.process.kill('SIGINT');
    command.process.kill('SIGTERM');
    assert.deepEqual(await ending(command), { code: 1, signal: null });
  });
});

type Hanging = { worker: Command; api: Api; deliveryId: string };

/** A worker that looks up a name for a delivery, and gets no answer. */
async function hangingWorker(
  t: TestContext,
  env: Record<string, string> = {},
  nodeOption = '',
): Promise<Hanging> {
  const database = await freshDatabase(t);
  const { api } = await startServer(t, database);
  const webhook = await api.createWebhook({
    url: 'http://hang-1.test/',
    delivery_attempt_timeout: 600,
  });
  const hanging = await hangingNames(t);
  const NODE_OPTIONS = `${hanging.env['NODE_OPTIONS']} ${nodeOption}`;
  const worker = await startWorker(t, database, { ...hanging.env, ...env, NODE_OPTIONS });
  const { id } = await api.createDelivery(webhook.id);
  await hanging.started();
  return { worker, api, deliveryId: id };
}
