import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres } from '../../faults/postgres.ts';
import { createApplication } from '../../setup/application.ts';
import { addWebhook } from '../../setup/rows.ts';

test('a delivery in a transaction of two phases → it is there when that commits, and its key is taken before; with notify → refused by PostgreSQL', async (t) => {
  const { database } = await startPostgres(t, { max_prepared_transactions: '2' });
  const webhook = await addWebhook(database);
  const application = await createApplication(t, database);
  const enqueue = `select postmand.enqueue('${webhook.id}', 'x', 'k', null, null, 'a key')`;
  const first = await application.connect();
  await first.query(`begin; ${enqueue}`);
  await first.query(`prepare transaction 'order-7'`);
  await first.end();

  const second = await application.connect();
  await assert.rejects(second.query(enqueue), { code: 'PM026' });
  await second.query(`commit prepared 'order-7'`);
  await second.query(enqueue);
  const { rows } = await database.pool.query('select payload, held_reason from deliveries');
  assert.deepEqual(rows, [{ payload: 'x', held_reason: 'outbox' }]);

  await second.query('set postmand.notify = on');
  await second.query(`begin; select postmand.enqueue('${webhook.id}', 'y')`);
  await assert.rejects(second.query(`prepare transaction 'order-8'`), { code: '0A000' });
});
