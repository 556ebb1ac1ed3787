import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Admitted } from '../../src/worker/admission.ts';
import type { Attempted } from '../../src/attempts/deliver.ts';
import { findSendable } from '../../src/deliveries/sendable.ts';
import { markIsolated, unmarkIsolated } from '../../src/attempts/poison.ts';
import { recordVanished } from '../../src/worker/executor.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { addDeliveries, addWebhook } from '../setup/delivery-rows.ts';
import { freshWorkerQueue } from '../queue/worker-queue.ts';

suite('a send that vanished', () => {
  test('its worker takes the mark back before it is recorded → nothing is recorded, and the claim goes back', async (t) => {
    const { admitted, mark, commit, record, recorded } = await marked(t);
    await commit((tx) => unmarkIsolated(tx, [{ id: admitted.delivery.id, mark }]));
    assert.deepEqual(await record(), { kind: 'aborted' });
    assert.deepEqual(recorded, []);
  });

  test('its worker takes the mark back while it is recorded → too late, the mark is another one', async (t) => {
    const { admitted, mark, pool, commit, record, recorded } = await marked(t);
    assert.equal((await record()).kind, 'attempted');
    await commit((tx) => unmarkIsolated(tx, [{ id: admitted.delivery.id, mark }]));
    const delivery = (await findSendable(pool, [admitted.delivery.id]))[0]?.delivery;
    assert.ok(delivery?.isolated_by);
    assert.notEqual(delivery.isolated_by, mark);
    assert.deepEqual(
      recorded.map(({ exchange, attempt }) => [
        exchange.kind === 'failure' && exchange.reason,
        attempt,
      ]),
      [['crashed', 1]],
    );
  });
});

/**
 * A delivery whose isolated send was begun by a worker of which nothing was heard, claimed by
 * another one.
 */
async function marked(t: Cleanup) {
  const { pool, commit, ...worker } = await freshWorkerQueue(lastFirst(t));
  const webhook = await addWebhook({ pool, ...worker });
  const [id = ''] = await addDeliveries({ pool, ...worker }, webhook.id);
  const mark = randomUUID();
  await commit((tx) => markIsolated(tx, id, mark));
  const claim = await worker.claimOf(webhook.id, id);
  const delivery = (await findSendable(pool, [id]))[0]?.delivery;
  assert.ok(delivery);
  const lease = { claim, confirmedAt: performance.now(), abort: new AbortController() };
  const admitted: Admitted = {
    webhookId: webhook.id,
    lease,
    delivery,
    webhook,
    readAt: performance.now(),
    isolated: true,
    vanished: true,
  };
  const recorded: Attempted[] = [];
  const parts = {
    pool,
    log: silentLog,
    completer: {
      complete: (attempted: Attempted) => Promise.resolve(recorded.push(attempted) > 0),
    },
  };
  return { admitted, mark, pool, commit, recorded, record: () => recordVanished(parts, admitted) };
}
