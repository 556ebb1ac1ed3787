import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { NO_ALARMS } from '../../src/alarms/alarms.ts';
import { openSchemas } from '../../src/commands/schemas.ts';
import { startWorker } from '../../src/commands/worker.ts';
import { readConfig } from '../../src/config.ts';
import { StoppedEarly } from '../../src/process/stopping.ts';
import { Recorder } from '../../src/statistics/recorder.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { NO_KEYS, silentLog } from '../setup/parts.ts';
import { claimed, freshWorkerQueue } from '../setup/worker-queue.ts';

suite('a worker that is told to stop while it starts', () => {
  for (const [connections, how] of [
    ['2', 'which only polls'],
    ['3', 'which listens'],
  ] as const) {
    test(`with ${connections} connections, ${how} → it does not start, and claims nothing`, async (t) => {
      const { pool, queue, commit } = await freshWorkerQueue(t);
      const job = { deliveryId: randomUUID(), webhookId: randomUUID(), delaySeconds: 0 };
      await commit((tx) => queue.enqueue(tx, [job]));
      const config = readConfig({ POSTMAND_DATABASE_MAX_OPEN_CONNS: connections });
      const stopping = Promise.resolve<NodeJS.Signals>('SIGTERM');
      const counting = { metrics: createMetrics(), statistics: new Recorder() };
      const made = { ...counting, alarms: NO_ALARMS, log: silentLog, vault: NO_KEYS };
      const parts = { pool, queue, config, stopping, ...made, ...openSchemas(config) };
      const started = startWorker(parts).then((worker) => worker.stop());
      await assert.rejects(started, StoppedEarly);
      const [claim] = await claimed(queue, 1);
      assert.deepEqual([claim?.deliveryId, claim?.crashes], [job.deliveryId, 0]);
    });
  }
});
