import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { queueFanOuts } from '../../src/operations/fan-out.ts';
import { createRedelivery } from '../../src/operations/redelivery.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { ending } from '../commands/processes.ts';
import { postmand } from '../setup/command.ts';
import { addEvent } from '../setup/events.ts';
import { addDeliveryRows } from '../setup/rows.ts';
import { openOperators, type Operators } from './operators.ts';

suite('the alarm operation.finished', { concurrency: 3 }, () => {
  test('a redelivery is done, one is cancelled, one is refused → an alarm each; one of the alert webhook alone → none', async (t) => {
    const operators = await openOperators(t);
    const { api, database, webhookId, told, until: arrived } = operators;
    const { id } = await api.createWebhook({ name: 'Orders' });
    const ofOperators = await redelivery(operators, webhookId, 2);
    const done = await redelivery(operators, id, 3);
    const [first] = await arrived('operation.finished');
    assert.deepEqual(first?.data, {
      ...{ webhook_id: id, webhook_name: 'Orders', operation_id: done, kind: 'redelivery' },
      ...{ state: 'done', matched: 3, done: 3, skipped: 0, error: null },
    });

    await database.pool.query(`update operations set finished_at = null, matched = null,
      state = 'queued', rate_per_second = 1, credit = -1000000 where id = '${done}'`);
    const { status } = await api.call('POST', `/operations/${done}/cancel`);
    assert.equal(status, 200);
    const [, second] = await arrived('operation.finished', 2);
    assert.deepEqual([second?.data['operation_id'], second?.data['state']], [done, 'cancelled']);

    await database.pool.query(
      `create function refuse() returns trigger language plpgsql as $$
       begin raise exception 'this one stays'; end $$;
       create trigger refuse before update on deliveries for each row
       when (old.status = 'failed') execute function refuse()`,
    );
    const failed = await redelivery(operators, id, 1);
    const [, , third] = await arrived('operation.finished', 3);
    assert.deepEqual([third?.data['operation_id'], third?.data['state']], [failed, 'failed']);
    assert.match(String(third?.data['error']), /this one stays/);
    assert.ok(!told().some(({ data: { operation_id } }) => operation_id === ofOperators));
  });

  test('postmand operations cancel → an alarm, and nothing of it in what it prints', async (t) => {
    const { database, webhookId, until: arrived, ...operators } = await openOperators(t);
    const { id: webhook } = await operators.api.createWebhook();
    const [operation] = (
      await database.pool.query<{ id: string }>(
        `insert into operations (id, kind, filter, webhook_ids, rate_per_second, credit,
           matched, state, stepped_at)
         values (gen_random_uuid(), 'redelivery', '{}', array[$1::uuid], 1, -1000000, 5,
           'running', now())
         returning id`,
        [webhook],
      )
    ).rows;
    const cancel = postmand(t, ['operations', 'cancel', operation?.id ?? ''], {
      env: { POSTMAND_DATABASE_URL: database.url, POSTMAND_ALERT_WEBHOOK_ID: webhookId },
    });
    assert.equal((await ending(cancel)).code, 0, cancel.output.stderr);
    assert.match(cancel.output.stdout, /^Cancelled: [^\n]*\n$/);
    const [told] = await arrived('operation.finished');
    assert.equal(told?.data['state'], 'cancelled');
  });

  test('an event has gone to its many webhooks → no alarm', async (t) => {
    const operators = await openOperators(t);
    const { api, database, told } = operators;
    const { id } = await api.createWebhook();
    await inTransaction(database.pool, async (tx) => {
      const { id: eventId } = await addEvent(tx, { webhookIds: [] });
      await tx.query('update events set recipients = array[$1::uuid] where id = $2', [id, eventId]);
      queueFanOuts(tx, [{ operationId: randomUUID(), eventId, from: 0 }]);
    });
    await redelivery(operators, id, 1);
    await operators.until('operation.finished');
    assert.deepEqual(
      told('operation.finished').map(({ data: { kind } }) => kind),
      ['redelivery'],
    );
  });
});

/** Of deliveries of a webhook that failed. @returns the id of the operation */
async function redelivery(
  { database: { pool } }: Operators,
  webhookId: string,
  count: number,
): Promise<string> {
  await addDeliveryRows(
    pool,
    Array.from({ length: count }, () => ({ webhookId, status: 'failed', createdAt: -1 }) as const),
  );
  const { id } = await createRedelivery(pool, { webhook_id: webhookId, status: 'failed' }, 1000);
  return id;
}
