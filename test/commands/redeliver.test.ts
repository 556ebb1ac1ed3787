import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { startReceiver } from '../setup/receiver.ts';
import { addDeliveryRows, addWebhookRows } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { ending, startWorker } from './processes.ts';

/** How a command reaches the operations: by the database, or by the API of a server. */
const WAYS = ['database', 'API'] as const;
type Way = (typeof WAYS)[number];
type Place = TestDatabase & { env: Record<string, string> };

async function placeOf(t: Cleanup, way: Way): Promise<Place> {
  const database = await freshDatabase(t);
  if (way === 'database') return { ...database, env: { POSTMAND_DATABASE_URL: database.url } };
  const { url } = await startApi(t, database);
  return { ...database, env: { POSTMAND_API_URL: url, POSTMAND_DATABASE_URL: 'nonsense' } };
}

/** One with a webhook that has 30 failed deliveries, an hour old, and a new one. */
async function withFailed(
  t: Cleanup,
  way: Way,
  url = 'http://127.0.0.1:9/',
): Promise<Place & { webhook: string }> {
  const place = await placeOf(t, way);
  const [webhookId = ''] = await addWebhookRows(place.pool, [{ url }]);
  const failed = { webhookId, status: 'failed', attempts: 3 } as const;
  const hourOld = Array.from({ length: 30 }, () => ({ ...failed, createdAt: -3600 }));
  await addDeliveryRows(place.pool, [...hourOld, failed]);
  return { ...place, webhook: webhookId };
}

const command = (t: Cleanup, { env }: Place, args: string[]) => postmand(t, args, { env });

async function operationsIn({ pool }: TestDatabase): Promise<{ id: string; state: string }[]> {
  const { rows } = await pool.query<{ id: string; state: string }>(
    'select id, state from operations order by created_at',
  );
  return rows;
}

for (const way of WAYS)
  suite(`postmand redeliver by the ${way}`, { concurrency: 2 }, () => {
    test('--dry-run → what would be sent again, and nothing changes', async (t) => {
      const database = await withFailed(t, way);
      const counting = command(t, database, [
        ...['redeliver', '--webhook', database.webhook, '--until', '30m', '--dry-run'],
      ]);
      assert.deepEqual(await ending(counting), { code: 0, signal: null });
      assert.match(counting.output.stdout, /^Nothing is changed\. To be sent again: 30\.\nCreated/);
      assert.match(counting.output.stdout, new RegExp(`^ {2}${database.webhook} {2}30$`, 'm'));
      assert.deepEqual(await operationsIn(database), []);
    });

    test('a worker runs → it is waited for until all are sent again', async (t) => {
      const receiver = await startReceiver(t);
      const database = await withFailed(t, way, receiver.url);
      await startWorker(t, database);
      const watched = command(t, database, ['redeliver', '--since', '2h', '--rate', '1000']);
      assert.deepEqual(await ending(watched), { code: 0, signal: null }, watched.output.stderr);
      assert.match(watched.output.stdout, /^The redelivery is done: 31 done, 0 skipped\.$/m);
      await until('all are sent again', () => receiver.received.length === 31);
    });

    test('Ctrl-C → exit 1 with how to go on, and the operation is still there', async (t) => {
      const database = await withFailed(t, way);
      const watched = command(t, database, ['redeliver', '--status', 'failed']);
      await until('it waits', () => watched.output.stdout.includes('waits for a worker'));
      const [operation] = await operationsIn(database);
      assert.deepEqual(await watched.end('SIGINT'), { code: 1, signal: null });
      assert.match(watched.output.stderr, /^postmand: Stopped by SIGINT\. The redelivery goes on/);
      assert.ok(watched.output.stderr.includes(`postmand operations watch ${operation?.id}.`));
      assert.deepEqual(await operationsIn(database), [{ id: operation?.id, state: 'queued' }]);
    });

    test('--detach → it does not wait; a second one is refused; cancelled, it cannot be again', async (t) => {
      const database = await withFailed(t, way);
      const detached = command(t, database, ['redeliver', '--status', 'failed', '--detach']);
      assert.equal((await ending(detached)).code, 0, detached.output.stderr);
      const [{ id } = { id: '' }] = await operationsIn(database);
      assert.ok(detached.output.stdout.includes(`postmand operations watch ${id}`));

      const second = command(t, database, ['redeliver', '--webhook', database.webhook]);
      assert.equal((await ending(second)).code, 1);
      assert.match(second.output.stderr, new RegExp(`^postmand: Redelivery ${id} may touch`));
      const list = command(t, database, ['operations']);
      assert.equal((await ending(list)).code, 0);
      assert.match(list.output.stdout, new RegExp(`^${id} {2}redelivery {2}queued {2}`));

      const watching = command(t, database, ['operations', 'watch', id]);
      await until('it waits', () => watching.output.stdout.includes('waits for a worker'));
      const cancel = command(t, database, ['operations', 'cancel', id]);
      assert.equal((await ending(cancel)).code, 0, cancel.output.stderr);
      assert.equal((await ending(watching)).code, 1);
      assert.match(watching.output.stderr, /^postmand: The redelivery was cancelled: 0 done/);
      const again = command(t, database, ['operations', 'cancel', id]);
      assert.equal((await ending(again)).code, 1);
      assert.match(again.output.stderr, /cannot be cancelled: it is cancelled already/);
    });

    test('unknown ids → exit 1 that says so', async (t) => {
      const database = await placeOf(t, way);
      const unknown = randomUUID();
      const calls: [args: string[], message: string][] = [
        [['redeliver', '--webhook', unknown], `There is no webhook ${unknown}.`],
        [['operations', 'watch', unknown], `There is no operation ${unknown}.`],
        [['operations', 'cancel', unknown], `There is no operation ${unknown}.`],
      ];
      const refusals = calls.map(async ([args, message]) => {
        const refused = command(t, database, args);
        assert.equal((await ending(refused)).code, 1);
        assert.equal(refused.output.stderr, `postmand: ${message}\n`);
      });
      await Promise.all(refusals);
    });
  });
