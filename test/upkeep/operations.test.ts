import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findOperation } from '../../src/operations/operation-store.ts';
import { createRedelivery } from '../../src/operations/redelivery.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { OperationSteps, removeOperations } from '../../src/upkeep/operations.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { lockRow } from '../setup/row-lock.ts';
import { addDeliveryRows, addWebhookRows } from '../setup/rows.ts';
import { count } from '../setup/tables.ts';
import { until } from '../setup/until.ts';
import { freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

const metrics = createMetrics();

suite('steps of operations', { concurrency: 4 }, () => {
  test('nothing is under way → nothing to do until another one is created', async (t) => {
    const parts = await freshWorkerQueue(t);
    assert.equal(
      await new OperationSteps({ ...parts, metrics, log: silentLog }).round(),
      undefined,
    );
  });

  test('two operations → both go on by turns until they are done, and the log says so', async (t) => {
    const parts = await freshWorkerQueue(t);
    const log = keepingLog();
    const ids = await operationsOf(parts, [300, 200]);
    const steps = new OperationSteps({ ...parts, metrics, log });
    await steps.round();
    const states = (await Promise.all(ids.map((id) => findOperation(parts.pool, id)))).map(
      ({ state, matched }) => [state, matched],
    );
    assert.deepEqual(states, [
      ['running', 300],
      ['running', 200],
    ]);
    await runUntilEnded(steps, parts);
    assert.equal(await redelivered(parts), 500);
    const told = log.lines.map(({ level, event, fields }) =>
      [level, event, fields.matched ?? fields.done].join(' '),
    );
    assert.deepEqual(told.toSorted(), [
      'info operation.ended 200',
      'info operation.ended 300',
      'info operation.started 200',
      'info operation.started 300',
    ]);
  });

  test('somebody holds a delivery → it is neither waited for long nor left out', async (t) => {
    const parts = await freshWorkerQueue(t);
    const log = keepingLog();
    const [id = ''] = await operationsOf(parts, [20]);
    const { rows } = await parts.pool.query<{ id: string }>(
      'select id from deliveries order by created_at offset 5 limit 1',
    );
    const release = await lockRow(t, parts, { table: 'deliveries', id: rows[0]?.id ?? '' });
    const steps = new OperationSteps({ ...parts, metrics, log });
    await until('those before it are done', async () => {
      await steps.round();
      return (await redelivered(parts)) === 5;
    });
    assert.equal((await findOperation(parts.pool, id)).state, 'running');
    await release();
    await runUntilEnded(steps, parts);
    assert.equal((await findOperation(parts.pool, id)).done, 20);
    assert.equal(await redelivered(parts), 20);
    assert.deepEqual(
      log.lines.filter(({ level }) => level !== 'info'),
      [],
    );
  });

  test('the database refuses a step twice → it is failed and says why, and the other one goes on', async (t) => {
    const parts = await freshWorkerQueue(t);
    const log = keepingLog();
    const [broken = '', good = ''] = await operationsOf(parts, [3, 3]);
    const webhookId = (await findOperation(parts.pool, broken)).filter['webhook_id'];
    await parts.pool.query(
      `create function refuse() returns trigger language plpgsql
         as $$ begin raise exception 'this one stays'; end $$;
       create trigger refuse before update on deliveries
       for each row when (old.webhook_id = '${String(webhookId)}') execute function refuse()`,
    );
    await runUntilEnded(new OperationSteps({ ...parts, metrics, log }), parts);
    const { state, error, done, finished_at } = await findOperation(parts.pool, broken);
    assert.deepEqual([state, done], ['failed', 0]);
    assert.equal(error, 'PostgreSQL refused a step: this one stays (SQLSTATE P0001)');
    assert.notEqual(finished_at, null);
    assert.equal((await findOperation(parts.pool, good)).state, 'done');
    const told = log.lines.filter(({ fields }) => fields.operation_id === broken);
    assert.deepEqual(
      told.map(({ level, event }) => [level, event]),
      [
        ['info', 'operation.started'],
        ['warn', 'operation.step_failed'],
        ['warn', 'operation.step_failed'],
        ['error', 'operation.ended'],
      ],
    );
  });

  test('ended for more than 30 days → removed; ended later or under way → kept', async (t) => {
    const { pool } = await freshWorkerQueue(t);
    await pool.query(
      `insert into operations (id, kind, filter, created_at, finished_at)
       select gen_random_uuid(), 'redelivery', '{}', now() - interval '31 days', ended
       from unnest(array[null, now() - interval '29 days', now() - interval '30.5 days']
         ::timestamptz[]) as ended`,
    );
    assert.equal(await removeOperations(pool), undefined);
    assert.equal(await count(pool, 'operations'), 2);
  });
});

/** Each of a webhook of its own with so many deliveries that failed. */
async function operationsOf({ pool }: WorkerQueue, counts: number[]): Promise<string[]> {
  const webhookIds = await addWebhookRows(
    pool,
    counts.map(() => ({})),
  );
  await addDeliveryRows(
    pool,
    counts.flatMap((count, nth) =>
      Array.from({ length: count }, (_one, i) => {
        const webhookId = webhookIds[nth] ?? '';
        return { webhookId, status: 'failed' as const, createdAt: i / 1000 - 1 };
      }),
    ),
  );
  const ids: string[] = [];
  for (const webhook_id of webhookIds)
    ids.push((await createRedelivery(pool, { webhook_id }, 1000)).id);
  return ids;
}

async function runUntilEnded(steps: OperationSteps, { pool }: WorkerQueue): Promise<void> {
  await until('all have ended', async () => {
    await steps.round();
    const { rows } = await pool.query('select from operations where finished_at is null');
    return rows.length === 0;
  });
}

async function redelivered({ pool }: WorkerQueue): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::integer as count from deliveries where redeliveries = 1',
  );
  return rows[0]?.count ?? 0;
}
