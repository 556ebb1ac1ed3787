import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import { findDelivery } from '../../src/deliveries/delivery-store.ts';
import { deleteWebhook } from '../../src/deliveries/delete-webhook.ts';
import { createPurge } from '../../src/upkeep/purge.ts';
import { findWebhook } from '../../src/webhooks/webhook-store.ts';
import { createPool } from '../../src/database/pool.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { keepingLog, NO_KEYS, silentLog, type LogLine } from '../setup/parts.ts';
import { lockRow } from '../setup/row-lock.ts';
import { until } from '../setup/until.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import { count } from '../setup/tables.ts';

suite('purge', { concurrency: 4 }, () => {
  test('a webhook with few deliveries → all of it is gone at once, other webhooks stay', async (t) => {
    const database = await freshDatabase(t);
    const [gone, stays] = [await addWebhook(database), await addWebhook(database)];
    await addDeliveries(database, gone.id, { count: 10 });
    const [kept = ''] = await addDeliveries(database, stays.id, { count: 1 });
    await deleteWebhook(parts(database), gone.id);
    assert.deepEqual(
      [await count(database.pool, 'webhooks'), await count(database.pool, 'deliveries')],
      [1, 1],
    );
    assert.ok(await findDelivery(database.pool, kept));
  });

  test('a webhook with 3,000 deliveries → hidden at once with all of them, gone after further rounds', async (t) => {
    const database = await freshDatabase(t);
    const webhook = await addWebhook(database);
    const ids = await addDeliveries(database, webhook.id, { count: 3000 });
    await deleteWebhook(parts(database), webhook.id);
    assert.equal(await findWebhook({ db: database.pool, vault: NO_KEYS }, webhook.id), undefined);
    assert.equal(await findDelivery(database.pool, ids[0] ?? ''), undefined);
    assert.ok((await count(database.pool, 'deliveries')) > 0, 'all were deleted before the answer');
    const purge = createPurge(parts(database));
    await until('all is gone', async () => {
      await purge();
      return (
        (await count(database.pool, 'deliveries')) + (await count(database.pool, 'webhooks')) === 0
      );
    });
  });

  test('a delivery of it is locked by somebody → nobody waits, and it is removed in a later round', async (t) => {
    const database = await freshDatabase(t);
    const webhook = await addWebhook(database);
    const [held = ''] = await addDeliveries(database, webhook.id, { count: 3 });
    const release = await lockRow(t, database, { table: 'deliveries', id: held });
    await deleteWebhook(parts(database), webhook.id);
    assert.equal(await findWebhook({ db: database.pool, vault: NO_KEYS }, webhook.id), undefined);
    assert.deepEqual(
      [await count(database.pool, 'webhooks'), await count(database.pool, 'deliveries')],
      [1, 1],
    );
    await release();
    await createPurge(parts(database))();
    assert.deepEqual(
      [await count(database.pool, 'webhooks'), await count(database.pool, 'deliveries')],
      [0, 0],
    );
  });

  test('an unknown webhook, or one deleted already → nothing happens', async (t) => {
    const database = await freshDatabase(t);
    const webhook = await addWebhook(database);
    await deleteWebhook(parts(database), randomUUID());
    await deleteWebhook(parts(database), webhook.id);
    await deleteWebhook(parts(database), webhook.id);
    assert.equal(await count(database.pool, 'webhooks'), 0);
  });

  test('two rounds at once → no failure, all is gone', async (t) => {
    const database = await freshDatabase(t);
    const webhooks = [
      await addWebhook(database),
      await addWebhook(database),
      await addWebhook(database),
    ];
    for (const { id } of webhooks) await addDeliveries(database, id, { count: 700 });
    await database.pool.query('update webhooks set deleted_at = now()');
    await Promise.all([createPurge(parts(database))(), createPurge(parts(database))()]);
    await createPurge(parts(database))();
    assert.deepEqual(
      [await count(database.pool, 'webhooks'), await count(database.pool, 'deliveries')],
      [0, 0],
    );
  });

  test('every step takes too long before the answer → no failure, the webhook is hidden, and a line in the log', async (t) => {
    const database = await freshDatabase(t);
    const webhook = await addWebhook(database);
    await addDeliveries(database, webhook.id, { count: 3 });
    await slowDown(database, webhook.id, 60);
    const log = keepingLog();
    const startedAt = performance.now();
    await deleteWebhook({ pool: database.pool, log, vault: NO_KEYS }, webhook.id);
    assert.ok(performance.now() - startedAt < 5000, 'the caller waited for long');
    assert.equal(await findWebhook({ db: database.pool, vault: NO_KEYS }, webhook.id), undefined);
    await until('the step is ended', () => log.lines.length > 0);
    assert.deepEqual(log.lines.map(failedStep), [[webhook.id, 500, '57014']]);
    assert.equal(await count(database.pool, 'deliveries'), 3);
  });

  test('a step fails before the answer for a reason in the data → no failure, and a line in the log', async (t) => {
    const database = await freshDatabase(t);
    const webhook = await addWebhook(database);
    await addDeliveries(database, webhook.id, { count: 3 });
    await refuseRemoval(database, webhook.id);
    const log = keepingLog();
    await deleteWebhook({ pool: database.pool, log, vault: NO_KEYS }, webhook.id);
    assert.equal(await findWebhook({ db: database.pool, vault: NO_KEYS }, webhook.id), undefined);
    assert.deepEqual(log.lines.map(failedStep), [[webhook.id, 500, 'P0001']]);
  });

  test('the webhook cannot be hidden → a failure', async (t) => {
    const database = await freshDatabase(t);
    const webhook = await addWebhook(database);
    await database.pool.query(
      'alter table webhooks add constraint none_hidden check (deleted_at is null)',
    );
    await assert.rejects(deleteWebhook(parts(database), webhook.id), /none_hidden/);
  });

  test('steps of 500 take longer than a statement may → smaller steps, and larger ones again afterwards', async (t) => {
    const database = await freshDatabase(t);
    const pool = impatientPool(t, database, 400);
    const webhook = await addWebhook(database);
    await addDeliveries(database, webhook.id, { count: 60 });
    await slowDown(database, webhook.id, 0.02);
    await database.pool.query('update webhooks set deleted_at = now()');
    const log = keepingLog();
    const purge = createPurge({ pool, log });
    await until('all is gone', async () => {
      await purge();
      return (await count(database.pool, 'webhooks')) === 0;
    });
    // At 20 ms a delivery, 31 of them take more than 400 ms, and 15 take less.
    const failed = log.lines.map(failedStep);
    const halves = [500, 250, 125, 62, 31];
    assert.deepEqual(
      failed.slice(0, 5),
      halves.map((size) => [webhook.id, size, '57014']),
    );
    const sizes = log.lines.map(({ fields }) => Number(fields['step']));
    assert.ok(
      sizes.some((size, i) => size > (sizes[i - 1] ?? Infinity) / 2),
      'larger steps were not tried again',
    );
  });

  test('the steps of one webhook fail → the others have their turn in the same round', async (t) => {
    const database = await freshDatabase(t);
    const pool = impatientPool(t, database, 200);
    const [broken, slow, good] = [
      await addWebhook(database),
      await addWebhook(database),
      await addWebhook(database),
    ];
    for (const { id } of [broken, slow, good]) await addDeliveries(database, id, { count: 3 });
    await refuseRemoval(database, broken.id);
    await slowDown(database, slow.id, 60);
    for (const { id } of [broken, slow, good])
      await database.pool.query('update webhooks set deleted_at = now() where id = $1', [id]);
    const log = keepingLog();
    const purge = createPurge({ pool, log });
    assert.equal(await purge(), undefined);
    assert.deepEqual(
      [await count(database.pool, 'webhooks'), await count(database.pool, 'deliveries')],
      [2, 6],
    );
    await purge();
    assert.deepEqual(log.lines.map(failedStep), [
      [broken.id, 500, 'P0001'],
      [slow.id, 500, '57014'],
      [broken.id, 500, 'P0001'],
      [slow.id, 250, '57014'],
    ]);
  });
});

const parts = ({ pool }: TestDatabase) => ({ pool, log: silentLog, vault: NO_KEYS });

function impatientPool(t: TestContext, { connection }: TestDatabase, statementTimeoutMs: number) {
  const pool = createPool(connection, { max: 2, name: 'test', log: silentLog, statementTimeoutMs });
  lastFirst(t).after(() => pool.end());
  return pool;
}

/** Makes the removal of each delivery of a webhook take `seconds`. */
function slowDown(database: TestDatabase, webhookId: string, seconds: number): Promise<void> {
  return beforeRemoval(database, webhookId, `perform pg_sleep(${seconds});`);
}

function refuseRemoval(database: TestDatabase, webhookId: string): Promise<void> {
  return beforeRemoval(database, webhookId, `raise exception 'this one stays';`);
}

async function beforeRemoval(
  { pool }: TestDatabase,
  webhookId: string,
  what: string,
): Promise<void> {
  const name = `trigger_${randomUUID().replaceAll('-', '')}`;
  await pool.query(
    `create function ${name}() returns trigger language plpgsql as $$ begin ${what} return old; end $$`,
  );
  await pool.query(
    `create trigger ${name} before delete on deliveries for each row when (old.webhook_id = '${webhookId}') execute function ${name}()`,
  );
}

function failedStep({ event, fields }: LogLine): unknown[] {
  assert.equal(event, 'purge.step_failed');
  return [fields['webhook_id'], fields['step'], (fields['error'] as { code?: string }).code];
}
