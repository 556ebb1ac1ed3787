import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { findDelivery } from '../../src/deliveries/delivery-store.ts';
import { deleteWebhook, purgeHidden } from '../../src/deliveries/purge.ts';
import { findWebhook } from '../../src/webhooks/webhook-store.ts';
import { freshDatabase } from '../setup/database.ts';
import { lockRow } from '../setup/row-lock.ts';
import { until } from '../setup/until.ts';
import { addDeliveries, addWebhook, count } from './rows.ts';

suite('purge', { concurrency: 4 }, () => {
  test('a webhook with few deliveries → all of it is gone at once, other webhooks stay', async (t) => {
    const database = await freshDatabase(t);
    const [gone, stays] = [await addWebhook(database), await addWebhook(database)];
    await addDeliveries(database, gone.id, 10);
    const [kept = ''] = await addDeliveries(database, stays.id, 1);
    await deleteWebhook(database.pool, gone.id);
    assert.deepEqual([await count(database.pool, 'webhooks'), await count(database.pool, 'deliveries')], [1, 1]);
    assert.ok(await findDelivery(database.pool, kept));
  });

  test('a webhook with 3,000 deliveries → hidden at once with all of them, gone after further rounds', async (t) => {
    const database = await freshDatabase(t);
    const webhook = await addWebhook(database);
    const ids = await addDeliveries(database, webhook.id, 3000);
    await deleteWebhook(database.pool, webhook.id);
    assert.equal(await findWebhook(database.pool, webhook.id), undefined);
    assert.equal(await findDelivery(database.pool, ids[0] ?? ''), undefined);
    assert.ok((await count(database.pool, 'deliveries')) > 0, 'all were deleted before the answer');
    await until('all is gone', async () => {
      await purgeHidden(database.pool);
      return (await count(database.pool, 'deliveries')) + (await count(database.pool, 'webhooks')) === 0;
    });
  });

  test('a delivery of it is held by somebody → nobody waits, and it goes in a later round', async (t) => {
    const database = await freshDatabase(t);
    const webhook = await addWebhook(database);
    const [held = ''] = await addDeliveries(database, webhook.id, 3);
    const release = await lockRow(t, database, 'deliveries', held);
    await deleteWebhook(database.pool, webhook.id);
    assert.equal(await findWebhook(database.pool, webhook.id), undefined);
    assert.deepEqual([await count(database.pool, 'webhooks'), await count(database.pool, 'deliveries')], [1, 1]);
    await release();
    await purgeHidden(database.pool);
    assert.deepEqual([await count(database.pool, 'webhooks'), await count(database.pool, 'deliveries')], [0, 0]);
  });

  test('an unknown webhook, or one deleted already → nothing happens', async (t) => {
    const database = await freshDatabase(t);
    const webhook = await addWebhook(database);
    await deleteWebhook(database.pool, randomUUID());
    await deleteWebhook(database.pool, webhook.id);
    await deleteWebhook(database.pool, webhook.id);
    assert.equal(await count(database.pool, 'webhooks'), 0);
  });

  test('two rounds at once → no failure, all is gone', async (t) => {
    const database = await freshDatabase(t);
    const webhooks = [await addWebhook(database), await addWebhook(database), await addWebhook(database)];
    for (const { id } of webhooks) await addDeliveries(database, id, 700);
    await database.pool.query('update webhooks set deleted_at = now()');
    await Promise.all([purgeHidden(database.pool), purgeHidden(database.pool)]);
    await purgeHidden(database.pool);
    assert.deepEqual([await count(database.pool, 'webhooks'), await count(database.pool, 'deliveries')], [0, 0]);
  });
});
