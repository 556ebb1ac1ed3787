import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { inTransaction } from '../../src/database/transaction.ts';
import { makePending } from '../../src/deliveries/redelivering/make-pending.ts';
import { addDeliveryRows } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { openLine } from './line.ts';

const MANY = 150;

test('an operation redelivers many while others come → all are delivered, each once', async (t) => {
  const line = await openLine(t);
  const { pool, api, receiver } = line;
  const webhook = await api.createWebhook({ url: receiver.url });
  const ids = await addDeliveryRows(
    pool,
    Array.from({ length: MANY }, (_one, i) => ({
      webhookId: webhook.id,
      payload: `again ${i}`,
      status: 'failed' as const,
      attempts: 3,
    })),
  );
  const made = await inTransaction(pool, (tx) => makePending(tx, ids, randomUUID()));
  assert.equal(made.length, MANY);
  await line.startWorker();
  for (let i = 0; i < 10; i += 1) await api.createDelivery(webhook.id, `new ${i}`);
  await until('all have succeeded', async () => {
    const { rows } = await pool.query<{ n: number }>(
      `select count(*)::integer as n from deliveries where status = 'succeeded'`,
    );
    return rows[0]?.n === MANY + 10;
  });
  const bodies = receiver.received.map(({ body }) => body);
  assert.equal(new Set(bodies).size, MANY + 10);
  assert.equal(bodies.length, MANY + 10);
  const { rows } = await pool.query(
    `select delivery_attempts as attempts, redeliveries, count(*)::integer from deliveries
     group by 1, 2 order by 1`,
  );
  assert.deepEqual(rows, [
    { attempts: 1, redeliveries: 0, count: 10 },
    { attempts: 4, redeliveries: 1, count: MANY },
  ]);
  assert.deepEqual(line.errors(), []);
});
