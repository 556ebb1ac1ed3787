import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { deliverAtOnce, startServer, startWorker } from './processes.ts';

// Takes as long as a lease, about 11 s.
test('SIGKILL with sends in flight → all arrive again once the lease is over, each recorded once', async (t) => {
  const database = await freshDatabase(t);
  const receiver = await startReceiver(t, () => {});
  const { api } = await startServer(t, database);
  const worker = await startWorker(t, database);
  const ids = await deliverAtOnce(api, receiver.url, 10);
  await receiver.count(10);

  assert.deepEqual(await worker.end('SIGKILL'), { code: null, signal: 'SIGKILL' });
  receiver.answerWith((_request, response) => response.end());
  await startWorker(t, database);

  for (const id of ids) assert.equal((await api.settled(id, 60_000)).status, 'succeeded');
  for (const id of ids) assert.equal((await api.attempts(id)).length, 1);
  const times = Map.groupBy(receiver.received, ({ body }) => body);
  assert.deepEqual(
    [...times.values()].map(({ length }) => length),
    Array.from({ length: 10 }, () => 2),
  );
});
