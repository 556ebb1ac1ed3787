import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { admit, type AdmissionParts } from '../../src/worker/admission.ts';
import type { LeasedClaim } from '../../src/worker/leases.ts';
import { LockedSecrets } from '../../src/worker/locked-secrets.ts';
import { Slots } from '../../src/worker/slots/slots.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { NO_KEYS, silentLog } from '../setup/parts.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import { lockTable } from '../setup/table-lock.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';

/** Two claims, of a delivery that may be sent and of one that is gone. */
async function twoClaims(t: Cleanup) {
  const worker = await freshWorkerQueue(t);
  const webhook = await addWebhook(worker);
  const [id = '', gone = ''] = await addDeliveries(worker, webhook.id, { count: 2 });
  await worker.pool.query('delete from deliveries where id = $1', [gone]);
  const leases: LeasedClaim[] = [];
  for (const one of [gone, id]) {
    const claim = await worker.claimOf(webhook.id, one);
    leases.push({ claim, confirmedAt: performance.now(), abort: new AbortController() });
  }
  const over = { ended: [] as string[], returned: [] as string[] };
  const parts: AdmissionParts = {
    ...{ pool: worker.pool, queue: worker.queue, log: silentLog, metrics: createMetrics() },
    slots: new Slots({ slots: 10, share: 10 }),
    vault: NO_KEYS,
    lockedSecrets: new LockedSecrets(silentLog),
    leases: {
      end: ({ claim }) => void over.ended.push(claim.deliveryId),
      return: async (some) => void over.returned.push(...some.map((one) => one.claim.deliveryId)),
    },
  };
  return { worker, id, gone, leases, over, parts };
}

test('one may be sent, and to withdraw the other takes long → the one is there at once', async (t) => {
  const { worker, id, gone, leases, over, parts } = await twoClaims(t);
  const unlock = await lockTable(t, worker, 'postmand_queue.job', 'share');
  const { admitted, withdrawn } = await admit(parts, leases);
  assert.deepEqual(
    admitted.map(({ delivery }) => delivery.id),
    [id],
  );
  assert.deepEqual(over, { ended: [], returned: [] });
  await unlock();
  await withdrawn;
  assert.deepEqual(over, { ended: [gone], returned: [] });
});

test('one may be sent, and the other cannot be withdrawn → that one is returned', async (t) => {
  const { id, gone, leases, over, parts } = await twoClaims(t);
  const finish = () => Promise.reject(new Error('no'));
  const queue = new Proxy(parts.queue, {
    get: (target, name) => (name === 'finish' ? finish : (Reflect.get(target, name) as unknown)),
  });
  const { admitted, withdrawn } = await admit({ ...parts, queue }, leases);
  assert.deepEqual(
    admitted.map(({ delivery }) => delivery.id),
    [id],
  );
  await assert.rejects(withdrawn, /no/);
  assert.deepEqual(over, { ended: [], returned: [gone] });
});

test('they cannot be read → all are returned', async (t) => {
  const { leases, over, parts } = await twoClaims(t);
  const pool = new Proxy(parts.pool, {
    get: () => () => Promise.reject(new Error('no')),
  });
  await assert.rejects(admit({ ...parts, pool }, leases), /no/);
  assert.equal(over.returned.length, 2);
});
