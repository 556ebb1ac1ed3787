import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import { migrateDown, migrateUp } from '../../src/database/migrations.ts';
import { installQueue } from '../../src/queue/install-queue.ts';
import { startServer, startWorker } from '../commands/processes.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { MIGRATIONS, silentLog } from '../setup/parts.ts';
import { startReceiver } from '../setup/receiver.ts';
import { addDeliveries, addWebhookRows } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { bossOf, contentsOfPgboss, databaseOf21, jobOf } from './old-queue.ts';

const QUEUE = 'deliveries';
const WEBHOOK = randomUUID();

suite("an application's pg-boss in the schema pgboss", { concurrency: 3 }, () => {
  test('with a queue of the same name → nothing in it changes, and Postmand delivers beside it', async (t) => {
    const database = await freshDatabase(t, 'template0');
    const boss = await bossOf(t, database);
    await boss.createQueue(QUEUE, { retryLimit: 7 });
    await boss.createQueue('emails');
    await boss.insert(QUEUE, [
      { data: { parcel: 1 } },
      { data: { parcel: 2 } },
      { data: { parcel: 3 } },
    ]);
    await boss.fetch(QUEUE);
    const before = await contentsOfPgboss(database.pool);

    await migrate(database);
    await deliverOne(t, database);
    await migrate(database);
    assert.deepEqual(await contentsOfPgboss(database.pool), before);
  });

  test('with a queue that has all our settings, but jobs of its own → is left alone', async (t) => {
    const { database, boss } = await databaseOf21(t);
    await boss.insert(QUEUE, [jobOf(randomUUID(), WEBHOOK), { data: { parcel: 1 } }]);
    const before = await contentsOfPgboss(database.pool);
    await migrate(database);
    assert.deepEqual(await contentsOfPgboss(database.pool), before);
    assert.deepEqual(await statesOf(database), []);
  });

  test('of a version whose tables are different → is left alone', async (t) => {
    const database = await freshDatabase(t, 'template0');
    await database.pool.query(`
      create schema pgboss;
      create table pgboss.version (version integer primary key, maintained_on timestamptz);
      insert into pgboss.version values (24, null);
      create table pgboss.queue (
        name text primary key, policy text, retry_limit integer, partition_name text
      );
      insert into pgboss.queue values ('deliveries', 'exclusive', 1000, 'j1')`);
    const before = await contentsOfPgboss(database.pool);
    await migrate(database);
    await deliverOne(t, database);
    assert.deepEqual(await contentsOfPgboss(database.pool), before);
  });

  const OTHERS: [what: string, sql: string][] = [
    [
      'a table queue without names',
      'create table pgboss.queue (id integer); create table pgboss.version (version integer)',
    ],
    [
      'a table queue with numbers for names',
      'create table pgboss.queue (name integer); create table pgboss.version (version integer)',
    ],
    [
      'a sequence queue',
      'create sequence pgboss.queue; create table pgboss.version (version integer)',
    ],
    [
      'a type queue',
      'create type pgboss.queue as (name text); create table pgboss.version (version integer)',
    ],
    [
      'a queue like ours whose jobs are gone',
      `create table pgboss.version (version integer);
       create table pgboss.queue as
         select 'deliveries' as name, 'exclusive' as policy, true as partition,
           1000 as retry_limit, 20 as heartbeat_seconds, 86400 as expire_seconds,
           31536000 as retention_seconds, 'gone' as table_name`,
    ],
  ];
  for (const [what, sql] of OTHERS) {
    test(`with ${what} → is left alone`, async (t) => {
      const database = await freshDatabase(t, 'template0');
      await database.pool.query(`create schema pgboss; ${sql}`);
      await migrate(database);
      assert.deepEqual(await statesOf(database), []);
    });
  }

  test('that our user may not read → stops nothing', async (t) => {
    const database = await freshDatabase(t, 'template0');
    await bossOf(t, database);
    const role = `r_${randomUUID().slice(0, 8)}`;
    await database.pool.query(`create role ${role}; grant create on schema public to ${role}`);
    const { rows } = await database.pool.query<{ name: string }>(
      'select current_database() as name',
    );
    await database.pool.query(`grant create on database ${rows[0]?.name} to ${role}`);
    lastFirst(t).after(() =>
      database.pool.query(`drop owned by ${role} cascade; drop role ${role}`),
    );
    await database.pool.query(`alter database ${rows[0]?.name} set role = ${role}`);
    await migrate(database);
    assert.deepEqual(await statesOf(database), []);
  });
});

suite('a queue of version 2.1', { concurrency: 3 }, () => {
  test('migrated → moves with its jobs and claims, and whoever holds a claim can go on under the old name', async (t) => {
    const { database, boss } = await databaseOf21(t);
    const [claimed, lost, waiting] = [randomUUID(), randomUUID(), randomUUID()];
    await boss.insert(QUEUE, [jobOf(claimed, WEBHOOK)]);
    const [mine] = await boss.fetch(QUEUE);
    await boss.insert(QUEUE, [jobOf(lost, WEBHOOK)]);
    await boss.fetch(QUEUE);
    await boss.insert(QUEUE, [{ ...jobOf(waiting, WEBHOOK), startAfter: 60 }]);
    assert.ok(mine);

    await migrate(database);
    const moved = [`active ${claimed}`, `active ${lost}`, `created ${waiting}`];
    assert.deepEqual(await statesOf(database), moved.toSorted());

    await boss.touch(QUEUE, [mine]);
    await boss.insert(QUEUE, [jobOf(waiting, WEBHOOK), jobOf(claimed, WEBHOOK)]);
    assert.deepEqual(
      await statesOf(database),
      moved.toSorted(),
      'one job a delivery, under both names',
    );
    await boss.deleteJob(QUEUE, mine.id);
    const next = randomUUID();
    await boss.insert(QUEUE, [jobOf(next, WEBHOOK)]);
    const [fetched] = await boss.fetch<{ deliveryId: string }>(QUEUE);
    assert.equal(fetched?.data.deliveryId, next);

    await database.pool.query(
      `update postmand_queue.job set heartbeat_on = now() - interval '1 minute' where singleton_key = $1`,
      [lost],
    );
    await boss.supervise(QUEUE);
    assert.deepEqual(
      await statesOf(database),
      [`active ${next}`, `retry ${lost}`, `created ${waiting}`].toSorted(),
    );
    await boss.createQueue(QUEUE, { policy: 'exclusive', partition: true });
    await boss.updateQueue(QUEUE, { retryLimit: 999 });

    await database.pool.query('drop schema pgboss cascade');
    assert.equal((await statesOf(database)).length, 3);
    await deliverOne(t, database);
  });

  test('whose tables a second role may use → that role may use them under the old name and the new one', async (t) => {
    const { database, boss } = await databaseOf21(t);
    const role = `r_${randomUUID().slice(0, 8)}`;
    await database.pool.query(`create role ${role}; grant usage on schema pgboss to ${role};
      grant select, insert, update, delete on all tables in schema pgboss to ${role}`);
    lastFirst(t).after(() => database.pool.query(`drop owned by ${role}; drop role ${role}`));
    await boss.insert(QUEUE, [jobOf(randomUUID(), WEBHOOK)]);
    await migrate(database);
    for (const schema of ['pgboss', 'postmand_queue']) {
      await database.pool.query(
        `begin; set local role ${role}; update ${schema}.job set priority = 0; commit`,
      );
    }
  });

  test('beside queues of an application → our queue alone is removed, and its deliveries get new jobs', async (t) => {
    const { database, boss } = await databaseOf21(t);
    await boss.createQueue('emails');
    await boss.insert('emails', [{ data: { to: 'somebody' } }]);
    const before = await contentsOfPgboss(database.pool);
    const receiver = await startReceiver(t);
    await addWebhookRows(database.pool, [{ id: WEBHOOK, url: receiver.url }]);
    const [deliveryId = ''] = await addDeliveries(database, WEBHOOK, { overdueSeconds: 60 });
    await boss.insert(QUEUE, [jobOf(deliveryId, WEBHOOK)]);

    await migrate(database);
    const partition = /^(relation|column) \d+ j[0-9a-f]{56}/;
    const ours = (line: string) => partition.test(line) || line.includes(QUEUE);
    const after = await contentsOfPgboss(database.pool);
    assert.deepEqual(
      after.filter(ours).filter((line) => !line.startsWith('function')),
      [],
    );
    assert.ok(
      before
        .filter((line) => line.startsWith('emails') || line.includes('somebody'))
        .every((line) => after.includes(line)),
    );
    await startWorker(t, database);
    await until('its delivery arrives', () => receiver.received.length > 0);
  });

  test('beside queues of an application, while a worker is sending → refused, and nothing changes', async (t) => {
    const { database, boss } = await databaseOf21(t);
    await boss.createQueue('emails');
    await boss.insert(QUEUE, [jobOf(randomUUID(), WEBHOOK)]);
    await boss.fetch(QUEUE);
    const before = await contentsOfPgboss(database.pool);
    await assert.rejects(
      migrate(database),
      /006_queue_schema .*refused: a worker of an earlier version is sending.*stop all servers/,
    );
    assert.deepEqual(await contentsOfPgboss(database.pool), before);
  });

  test('taken back → is under its old name with all its jobs', async (t) => {
    const { database, boss } = await databaseOf21(t);
    const deliveryId = randomUUID();
    await boss.insert(QUEUE, [jobOf(deliveryId, WEBHOOK)]);
    await migrate(database);
    await takeQueueBack(database);
    const [job] = await boss.fetch<{ deliveryId: string }>(QUEUE);
    assert.ok(job);
    assert.equal(job.data.deliveryId, deliveryId);
    const { rows } = await database.pool.query(`select to_regnamespace('postmand_queue') as left`);
    assert.deepEqual(rows, [{ left: null }]);
    await boss.deleteJob(QUEUE, job.id);
    await boss.createQueue('another', { partition: true });
    await boss.deleteQueue('another');
    await migrate(database);
    assert.deepEqual(await statesOf(database), []);
  });

  test("taken back beside an application's pg-boss → our queue is removed, and the application's stays", async (t) => {
    const database = await freshDatabase(t, 'template0');
    const boss = await bossOf(t, database);
    await boss.createQueue('emails');
    await migrate(database);
    const before = await contentsOfPgboss(database.pool);
    await takeQueueBack(database);
    assert.deepEqual(await contentsOfPgboss(database.pool), before);
  });
});

/** Takes back the migrations down to the one that gave the queue a schema of its own. */
async function takeQueueBack({ connection }: Pick<TestDatabase, 'connection'>): Promise<void> {
  let name: string | undefined;
  while (name !== '006_queue_schema') {
    name = await migrateDown(connection, MIGRATIONS);
    assert.ok(name);
  }
}

async function migrate({ connection }: Pick<TestDatabase, 'connection'>): Promise<void> {
  await migrateUp(connection, MIGRATIONS);
  await installQueue(connection, silentLog);
}

/** The jobs that our queue holds: state and delivery. */
async function statesOf({ pool }: TestDatabase): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select state || ' ' || singleton_key as line from postmand_queue.job where name = 'deliveries'`,
  );
  return rows.map(({ line }) => line).toSorted();
}

async function deliverOne(t: TestContext, database: TestDatabase): Promise<void> {
  const receiver = await startReceiver(t);
  const { api } = await startServer(t, database);
  await startWorker(t, database);
  const webhook = await api.createWebhook({ url: receiver.url });
  await api.createDelivery(webhook.id, 'a payload');
  await until('the delivery arrives', () => receiver.received.length > 0);
}
