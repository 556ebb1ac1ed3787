import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPostmand, isProblem, ProblemCode } from '../../sdk/typescript/dist/index.js';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { startLive } from './live.ts';

const live = await startLive(wholeFile);
const postmand = createPostmand({ url: live.url });
const TEAM = 'billing & tax';

test('the TypeScript SDK → what failed is found by metadata, counted and sent again, one and many', async () => {
  const { id: webhook_id } = await postmand.createWebhook({
    name: 'History',
    url: `${live.receiver.url}/failing`,
    content_type: 'application/json',
    valid_status_codes: [200],
    active: true,
    max_delivery_attempts: 1,
    delivery_attempt_timeout: 5,
    retry_min_backoff: 1,
    retry_max_backoff: 1,
    metadata: { team: TEAM },
  });
  const metadata = { customer: '42', 'order.no': '7 & 8' };
  const { ids } = await postmand.createDeliveries({
    deliveries: Array.from({ length: 3 }, () => ({ webhook_id, metadata })),
  });
  for (const id of ids) assert.equal((await ended(id)).failed_reason, 'attempts');

  const found: string[] = [];
  for await (const { id } of postmand.listDeliveries.items({ webhook_id, metadata, limit: 1 }))
    found.push(id);
  assert.deepEqual(found.toSorted(), ids.toSorted());
  const { webhooks } = await postmand.listWebhooks({ metadata: { team: TEAM } });
  assert.deepEqual(
    webhooks.map(({ id }) => id),
    [webhook_id],
  );

  await postmand.patchWebhook({ webhook_id, url: `${live.receiver.url}/fixed` });
  const [delivery_id = ''] = ids;
  const again = await postmand.redeliverDelivery({ delivery_id });
  assert.deepEqual([again.status, again.redeliveries], ['pending', 1]);
  assert.equal((await ended(delivery_id)).status, 'succeeded');

  const filter = { webhook_id, 'created_at.gte': again.created_at };
  const counted = await postmand.countRedelivery({ filter });
  assert.deepEqual([counted.matching, counted.by_webhook], [2, [{ webhook_id, matching: 2 }]]);
  const begun = await postmand.redeliverDeliveries({ filter, rate_per_second: 1000 });
  const operation = await finished(begun.id);
  assert.deepEqual([operation.state, operation.done, operation.kind], ['done', 2, 'redelivery']);
  for await (const one of postmand.listOperations.items({ kind: 'redelivery' }))
    assert.equal(one.id, begun.id);
  await assert.rejects(postmand.cancelOperation({ operation_id: begun.id }), (error) =>
    isProblem(error, ProblemCode.operationEnded),
  );

  const owned = { metadata: { team: TEAM } };
  assert.equal((await postmand.countErasure(owned)).matching, 3);
  await finished((await postmand.eraseDeliveries(owned)).id);
  assert.notEqual((await postmand.getDelivery({ delivery_id })).payload_removed_at, null);

  const { stats } = await postmand.getWebhookStats({ webhook_id, step: 'hour' });
  assert.ok(stats.length > 0 && (await postmand.getStats()).stats.length > 0);
});

function finished(operation_id: string) {
  return until(`operation ${operation_id} has ended`, async () => {
    const operation = await postmand.getOperation({ operation_id });
    return operation.finished_at !== null && operation;
  });
}

function ended(delivery_id: string) {
  return until(`delivery ${delivery_id} has ended`, async () => {
    const delivery = await postmand.getDelivery({ delivery_id });
    return delivery.status !== 'pending' && delivery;
  });
}
