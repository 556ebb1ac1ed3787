import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLeases } from '../../src/deliveries/lease.ts';
import { LEASE_SECONDS } from '../../src/deliveries/heartbeat.ts';
import { lastFirst } from '../setup/last-first.ts';
import { keepingLog } from '../setup/parts.ts';
import { freshWorkerQueue } from './worker-queue.ts';

test('a claim whose answer came after most of its lease, as in a process that was frozen → given up before it is sent', async (t) => {
  const { pool, queue } = await freshWorkerQueue(t);
  const log = keepingLog();
  const leases = createLeases(pool, queue, log);
  lastFirst(t).after(() => leases.stop(0));
  const claim = (deliveryId: string) => ({ jobId: deliveryId, generation: '', deliveryId, webhookId: 'w', lost: 0, isNew: false });

  const now = performance.now();
  const [late] = leases.hold([claim('late')], now - LEASE_SECONDS * 700);
  const [fresh] = leases.hold([claim('fresh')], now);

  assert.deepEqual([late?.abort.signal.aborted, fresh?.abort.signal.aborted], [true, false]);
  assert.deepEqual(
    log.lines.map(({ event, fields }) => [event, fields['deliveries']]),
    [['lease.lost', ['late']]],
  );
});
