import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { addDeliveryRows, addWebhook } from '../setup/rows.ts';
import { count } from '../setup/tables.ts';
import { until } from '../setup/until.ts';

test('a worker with settings of the retention → what is over goes; a setting without effect is told', async (t) => {
  const database = await freshDatabase(t);
  const { id: webhookId } = await addWebhook(database);
  const old = { webhookId, attempts: 1, createdAt: -3 * 86_400 };
  await addDeliveryRows(database.pool, [
    { ...old, status: 'succeeded' },
    { ...old, status: 'failed', createdAt: 0 },
  ]);
  const env = {
    POSTMAND_DATABASE_URL: database.url,
    POSTMAND_RETENTION_SUCCEEDED: '2',
    POSTMAND_RETENTION_FAILED: '2',
    POSTMAND_RETENTION_PAYLOADS: '2',
  };
  const worker = postmand(t, ['worker'], { env });
  const { settings } = await worker.event('retention.without_effect');
  assert.deepEqual(settings, ['POSTMAND_RETENTION_PAYLOADS']);
  await until('one is gone', async () => (await count(database.pool, 'deliveries')) === 1);
});
