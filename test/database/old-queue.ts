import type { TestContext } from 'node:test';
import { PgBoss } from 'pg-boss';
import type { Queryable } from '../../src/database/pool.ts';
import { migrateUp } from '../../src/database/migrations.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { migrationsFolder } from './schema.ts';

/** Migrations that version 2.1 had. */
const MIGRATIONS_OF_2_1 = 4;

/** What version 2.1 asked pg-boss for. */
const QUEUE_OF_2_1 = {
  retryLimit: 1000,
  heartbeatSeconds: 20,
  expireInSeconds: 86_400,
  retentionSeconds: 365 * 86_400,
  deleteAfterSeconds: 3600,
  warningQueueSize: 2_000_000_000,
};

/**
 * pg-boss under its default schema name, installed where it is not there yet. By itself it changes
 * nothing afterwards.
 */
export async function bossOf(t: TestContext, { connection }: TestDatabase): Promise<PgBoss> {
  const options = {
    ...connection,
    max: 2,
    supervise: false,
    schedule: false,
    registerInstance: false,
  };
  const installing = new PgBoss(options);
  installing.on('error', () => {});
  await installing.start();
  await installing.stop({ graceful: false, close: true });
  const boss = new PgBoss({ ...options, migrate: false });
  boss.on('error', () => {});
  await boss.start();
  t.after(() => boss.stop({ graceful: false, close: true }));
  return boss;
}

/** A database as version 2.1 left it, with its queue in the schema `pgboss`. */
export async function databaseOf21(
  t: TestContext,
): Promise<{ database: TestDatabase; boss: PgBoss }> {
  const database = await freshDatabase(t, 'template0');
  await migrateUp(database.connection, await migrationsFolder(t, { count: MIGRATIONS_OF_2_1 }));
  const boss = await bossOf(t, database);
  await boss.createQueue('deliveries', { ...QUEUE_OF_2_1, policy: 'exclusive', partition: true });
  return { database, boss };
}

/** A delivery's job, as version 2.1 inserts it. */
export const jobOf = (deliveryId: string, webhookId: string) => ({
  data: { deliveryId },
  singletonKey: deliveryId,
  group: { id: webhookId },
});

/**
 * Everything in the schema `pgboss`: what it is made of, down to the identity of each thing, and
 * every row.
 */
export async function contentsOfPgboss(db: Queryable): Promise<string[]> {
  const { rows: things } = await db.query<{ line: string }>(
    `select format('relation %s %s %s', oid, relname, relkind) as line
     from pg_class where relnamespace = 'pgboss'::regnamespace
     union all
     select format('column %s %s %s', attrelid, attname, atttypid)
     from pg_attribute
     where attnum > 0
       and attrelid in (select oid from pg_class where relnamespace = 'pgboss'::regnamespace)
     union all
     select format('function %s %s', oid, prosrc)
     from pg_proc where pronamespace = 'pgboss'::regnamespace
     order by line`,
  );
  const { rows: tables } = await db.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'pgboss'::regnamespace and relkind in ('r', 'p')
     order by relname`,
  );
  const lines = things.map(({ line }) => line);
  for (const { name } of tables) {
    const { rows } = await db.query<{ line: string }>(
      `select row_to_json(one)::text as line from pgboss."${name}" as one order by line`,
    );
    lines.push(...rows.map(({ line }) => `${name} ${line}`));
  }
  return lines;
}
