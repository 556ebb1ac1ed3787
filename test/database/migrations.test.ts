import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Client } from 'pg';
import { migrateDown, migrateUp } from '../../src/database/migrations.ts';
import { migrationStatus } from '../../src/database/migration-status.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { MIGRATIONS } from '../setup/parts.ts';
import { migrationsFolder, NAMES, schemaOf } from './schema.ts';
import { FAILED_REASONS, HELD_REASONS } from '../../src/deliveries/delivery.ts';
import { enqueueRows } from '../setup/outbox.ts';
import { releaseHeld } from '../setup/release.ts';
import { addDeliveries, addDeliveryRows, addWebhook, addWebhookRows } from '../setup/rows.ts';
import { jobs } from '../setup/tables.ts';
import { until } from '../setup/until.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';

suite('up', { concurrency: 4 }, () => {
  test('an empty database → every migration, in order; again → nothing', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    assert.deepEqual(await migrateUp(connection, MIGRATIONS), NAMES);
    const schema = await schemaOf(pool);
    assert.deepEqual(await migrateUp(connection, MIGRATIONS), []);
    assert.deepEqual(await schemaOf(pool), schema);
  });

  test('some applied already → only the others run, and the schema is the same as after all at once', async (t) => {
    const [inSteps, inOneGo] = [
      await freshDatabase(t, 'template0'),
      await freshDatabase(t, 'template0'),
    ];
    const first = await migrationsFolder(t, { count: 2 });
    assert.deepEqual(await migrateUp(inSteps.connection, first), NAMES.slice(0, 2));
    assert.deepEqual(await migrateUp(inSteps.connection, MIGRATIONS), NAMES.slice(2));
    await migrateUp(inOneGo.connection, MIGRATIONS);
    assert.deepEqual(await schemaOf(inSteps.pool), await schemaOf(inOneGo.pool));
  });

  test('several at once → each migration once, and the others find nothing left to do', async (t) => {
    const { connection } = await freshDatabase(t, 'template0');
    const applied = await Promise.all(
      Array.from({ length: 5 }, () => migrateUp(connection, MIGRATIONS)),
    );
    assert.deepEqual(applied.flat(), NAMES);
  });

  test('a migration that fails → it is named, undone and not noted, and those before it stay; corrected → it goes on', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    await migrateUp(connection, MIGRATIONS);
    const before = await schemaOf(pool);
    const folder = await migrationsFolder(t, {
      more: {
        '900_good.up.sql': 'create table good (n integer)',
        '901_bad.up.sql': 'create table bad (n integer); insert into good values (1); select 1 / 0',
        '902_after.up.sql': 'create table after (n integer)',
      },
    });
    await assert.rejects(
      migrateUp(connection, folder),
      /^Error: Migration 901_bad \(up\) failed: division by zero\. The database is as it was before it\.$/,
    );
    assert.deepEqual(await migrationStatus(pool, folder), {
      applied: [...NAMES, '900_good'],
      pending: ['901_bad', '902_after'],
      unknown: [],
    });
    assert.deepEqual(
      (await schemaOf(pool)).filter((line) => !before.includes(line)),
      ['good.n int4 '],
    );
    assert.equal((await pool.query('select from good')).rows.length, 0);

    const right = await migrationsFolder(t, {
      more: { '900_good.up.sql': '', '901_bad.up.sql': 'create table bad (n integer)' },
    });
    assert.deepEqual(await migrateUp(connection, right), ['901_bad']);
  });

  for (const direction of ['up', 'down'] as const) {
    test(`a deadlock with a process at work, ${direction} → that one commits, and the migration is tried again`, async (t) => {
      const database = await freshDatabase(t, 'template0');
      const { connection, pool } = database;
      await pool.query('create table first (n integer); create table second (n integer)');
      const folder = await migrationsFolder(t, {
        count: 0,
        more: {
          '900_both.up.sql':
            'alter table first add column added integer; alter table second add column added integer',
          '900_both.down.sql':
            'alter table first drop column added; alter table second drop column added',
        },
      });
      if (direction === 'down') await migrateUp(connection, folder);
      const rival = new Client(database.url);
      await rival.connect();
      lastFirst(t).after(() => rival.end());
      // PostgreSQL ends who looks for a deadlock first.
      await rival.query(`set deadlock_timeout = '1h'`);
      await rival.query('begin');
      await rival.query('insert into second values (1)');
      const migrating = (direction === 'up' ? migrateUp : migrateDown)(connection, folder);
      await until('it waits for the second table', () => isWaiting(database));
      await rival.query('insert into first values (1)');
      await rival.query('commit');
      assert.deepEqual(await migrating, direction === 'up' ? ['900_both'] : '900_both');
      const { rows } = await pool.query('select first.* from first join second using (n)');
      assert.deepEqual(rows, [direction === 'up' ? { n: 1, added: null } : { n: 1 }]);
    });
  }

  test('the status → what is applied, what is pending, and what a newer version applied', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    assert.deepEqual(await migrationStatus(pool, MIGRATIONS), {
      applied: [],
      pending: NAMES,
      unknown: [],
    });
    await migrateUp(connection, await migrationsFolder(t, { count: 1 }));
    await pool.query(`insert into postmand_migrations (name) values ('999_of_tomorrow')`);
    assert.deepEqual(await migrationStatus(pool, MIGRATIONS), {
      applied: [NAMES[0], '999_of_tomorrow'],
      pending: NAMES.slice(1),
      unknown: ['999_of_tomorrow'],
    });
  });
});

suite('down', { concurrency: 4 }, () => {
  test('an empty database, step by step → each step restores the columns from before it, and in the end nothing is left', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    const columns: string[][] = [];
    for (let count = 0; count < NAMES.length; count += 1) {
      columns.push(await columnsOf({ pool }));
      await migrateUp(connection, await migrationsFolder(t, { count: count + 1 }));
    }
    for (const name of NAMES.toReversed()) {
      assert.equal(await migrateDown(connection, MIGRATIONS), name);
      assert.deepEqual(await columnsOf({ pool }), columns.pop(), name);
    }
    assert.equal(await migrateDown(connection, MIGRATIONS), undefined);
    const { rows } = await pool.query<{ table_name: string }>(
      `select table_name from information_schema.tables where table_schema = 'public'`,
    );
    assert.deepEqual(rows, [{ table_name: 'postmand_migrations' }]);
  });

  test('down and up again → the schema is as it was', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    await migrateUp(connection, MIGRATIONS);
    const schema = await schemaOf(pool);
    for (const _ of NAMES) await migrateDown(connection, MIGRATIONS);
    assert.deepEqual(await migrateUp(connection, MIGRATIONS), NAMES);
    assert.deepEqual(await schemaOf(pool), schema);
  });

  test('rows in a table that would be dropped → refused, and everything is as it was', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    await migrateUp(connection, MIGRATIONS);
    await addWebhookRows(pool, [{}]);
    for (const _ of NAMES.slice(1)) await migrateDown(connection, MIGRATIONS);
    await expectRefused(
      { connection, pool },
      /001_reference_tables \(down\) failed: refused: table webhooks has rows/,
    );
    assert.equal((await pool.query('select from webhooks')).rows.length, 1);
  });

  test('tables that were there before → refused, even where they are empty', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    await migrateUp(connection, await migrationsFolder(t, { count: 1 }));
    await pool.query('comment on table deliveries is null');
    await expectRefused(
      { connection, pool },
      /refused: table deliveries was there before the first migration/,
    );
  });

  test('a number that is too large for the older column → refused, and everything is as it was', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    await migrateUp(connection, MIGRATIONS);
    await addWebhookRows(pool, [{}]);
    await pool.query('update webhooks set retry_max_backoff = 604800');
    for (const _ of NAMES.slice(2)) await migrateDown(connection, MIGRATIONS);
    await expectRefused(
      { connection, pool },
      /002_integers \(down\) failed: smallint out of range/,
    );
  });

  test('a webhook that is still being deleted → refused, as it would appear again', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    await migrateUp(connection, MIGRATIONS);
    await addWebhookRows(pool, [{}]);
    await pool.query('update webhooks set deleted_at = now()');
    for (const _ of NAMES.slice(3)) await migrateDown(connection, MIGRATIONS);
    await expectRefused(
      { connection, pool },
      /003_held_deliveries \(down\) failed: refused: a webhook is still being deleted/,
    );
  });

  test('rows of every kind, down as far as possible, and up again → the rows are as they were', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    await migrateUp(connection, MIGRATIONS);
    const [webhookId = ''] = await addWebhookRows(pool, [{}]);
    const statuses = ['pending', 'succeeded', 'failed'] as const;
    await addDeliveryRows(
      pool,
      statuses.map((status) => ({ webhookId, status, attempts: 1 })),
    );
    const rows = async () =>
      (
        await pool.query(
          'select id, status, scheduled_at, delivery_attempts from deliveries order by id',
        )
      ).rows;
    const before = await rows();
    for (const _ of NAMES.slice(1)) await migrateDown(connection, MIGRATIONS);
    await migrateUp(connection, MIGRATIONS);
    assert.deepEqual(await rows(), before);
  });
});

suite('down to before the outbox', () => {
  test('deliveries that wait in it, and one that has ended there → the former are released in the order of their keys, the latter stays as it is', async (t) => {
    const worker = await freshWorkerQueue(t);
    const { id: webhookId } = await addWebhook(worker);
    await enqueueRows(
      worker.pool,
      Array.from({ length: 30 }, (_one, i) => ({ webhookId, payload: `${i}`, key: 'k' })),
    );
    const [ended] = await enqueueRows(worker.pool, [{ webhookId, payload: '30' }]);
    await worker.pool.query(
      `update deliveries set status = 'failed', held_reason = null, parked_at = null where id = $1`,
      [ended],
    );
    for (const _ of NAMES.slice(NAMES.indexOf('010_accept')))
      await migrateDown(worker.connection, MIGRATIONS);
    const { rows } = await worker.pool.query<{ payload: string; held_reason: string | null }>(
      'select payload, held_reason from deliveries order by sequence',
    );
    assert.deepEqual(
      rows.map(({ payload, held_reason }) => [payload, held_reason]),
      Array.from({ length: 31 }, (_one, i) => [`${i}`, i === 30 ? null : 'imported']),
    );
  });
});

suite('down to version 2.1', { concurrency: 4 }, () => {
  test('deliveries held for every reason → held for a reason that 2.1 knows; up again → all of them are released', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const reasons = new Map<string, string>();
    for (const reason of HELD_REASONS) {
      const [id = ''] = await addDeliveries(worker, webhook.id);
      await worker.pool.query(
        `update deliveries set held_reason = $2, parked_at = now(), failed_reason = null,
           expires_at = now() + interval '1 hour', ordering_key = $2 where id = $1`,
        [id, reason],
      );
      reasons.set(id, reason);
    }
    await downTo21(worker);
    const { rows } = await worker.pool.query<{ id: string; status: string; held_reason: string }>(
      'select id, status, held_reason from deliveries where parked_at is not null',
    );
    assert.deepEqual(
      new Map(rows.map(({ id, held_reason }) => [id, held_reason])),
      new Map(
        Array.from(reasons, ([id, reason]) => [
          id,
          reason === 'webhook_inactive' ? reason : 'imported',
        ]),
      ),
    );
    assert.ok(rows.every(({ status }) => status === 'pending'));

    await migrateUp(worker.connection, MIGRATIONS);
    await releaseHeld(worker);
    assert.deepEqual(
      new Set((await jobs(worker.pool)).map(({ deliveryId }) => deliveryId)),
      new Set(reasons.keys()),
    );
  });

  test('deliveries that failed for every reason → they stay failed, and up again nothing is known of the reason', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    for (const reason of FAILED_REASONS) {
      const [id] = await addDeliveries(worker, webhook.id);
      await worker.pool.query(
        `update deliveries set status = 'failed', failed_reason = $2 where id = $1`,
        [id, reason],
      );
    }
    await downTo21(worker);
    await migrateUp(worker.connection, MIGRATIONS);
    const { rows } = await worker.pool.query(
      'select status, failed_reason, count(*)::integer from deliveries group by 1, 2',
    );
    assert.deepEqual(rows, [
      { status: 'failed', failed_reason: null, count: FAILED_REASONS.length },
    ]);
  });
});

async function downTo21({ connection }: Pick<TestDatabase, 'connection'>): Promise<void> {
  for (const _ of NAMES.slice(NAMES.indexOf('007_gate'))) await migrateDown(connection, MIGRATIONS);
}

type Migrated = Pick<TestDatabase, 'connection' | 'pool'>;

async function expectRefused({ connection, pool }: Migrated, reason: RegExp): Promise<void> {
  const before = [await schemaOf(pool), await migrationStatus(pool, MIGRATIONS)];
  await assert.rejects(migrateDown(connection, MIGRATIONS), reason);
  assert.deepEqual([await schemaOf(pool), await migrationStatus(pool, MIGRATIONS)], before);
}

/**
 * The columns of our tables. Going down makes the reference's indexes, whether or not they were
 * there.
 */
async function columnsOf({ pool }: Pick<Migrated, 'pool'>): Promise<string[]> {
  return (await schemaOf(pool)).filter(
    (line) => !line.startsWith('CREATE ') && !line.startsWith('postmand_migrations'),
  );
}

async function isWaiting({ pool }: Pick<TestDatabase, 'pool'>): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'
       and application_name = 'postmand migrate'`,
  );
  return rowCount === 1;
}
