import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { postmand, type Command } from '../setup/command.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { exitStatus } from '../setup/exit-status.ts';
import { createRole } from '../setup/role.ts';
import { migrationsFolder, NAMES, schemaOf } from './schema.ts';

suite('postmand migrate', { concurrency: 4 }, () => {
  test('on an empty database, several processes at once → all exit 0, each migration once, then nothing to do', async (t) => {
    const database = await freshDatabase(t, 'template0');
    const run = () => postmand(t, ['migrate'], { env: { POSTMAND_DATABASE_URL: database.url } });
    const together = [run(), run(), run()];
    for (const one of together) assert.equal(await exitStatus(one), 0, one.output.stderr);
    assert.deepEqual(
      together.flatMap((one) => fieldsOf(one, 'migrate.done')['applied']),
      NAMES,
    );

    const again = run();
    assert.equal(await exitStatus(again), 0);
    assert.deepEqual(fieldsOf(again, 'migrate.done'), { applied: [], queue: 'up to date' });
    const { rows } = await database.pool.query<{ name: string; policy: string }>(
      'select name, policy from postmand_queue.queue',
    );
    assert.deepEqual(rows, [{ name: 'deliveries', policy: 'exclusive' }]);
  });

  test('a database that is read-only → exit status 1, and stderr says what to do', async (t) => {
    const database = await freshDatabase(t, 'template0');
    const { rows } = await database.pool.query<{ name: string }>(
      'select current_database() as name',
    );
    await database.pool.query(
      `alter database ${rows[0]?.name} set default_transaction_read_only = on`,
    );
    for (const args of [[], ['down']]) {
      const command = migrate(t, database, args);
      assert.equal(await exitStatus(command), 1);
      assert.match(
        command.output.stderr,
        /^postmand: The database is read-only now, or a standby\. Make it writable, or name the primary/m,
      );
    }
  });

  test('a user who may not create tables → exit status 1, and stderr says what is missing and what to run', async (t) => {
    const database = await freshDatabase(t, 'template0');
    const role = await createRole(t, database);
    await database.pool.query(`alter role ${role.name} nosuperuser`);
    const command = migrate(t, { ...database, url: role.url }, []);
    assert.equal(await exitStatus(command), 1);
    assert.match(
      command.output.stderr,
      /^postmand: permission denied for schema public\. .* grant create on schema public to USER\.$/m,
    );
  });

  test('with a migration that fails → exit status 1, stderr names it, and the database is as it was', async (t) => {
    const database = await freshDatabase(t);
    const before = await schemaOf(database.pool);
    const folder = await migrationsFolder(t, {
      more: { '950_broken.up.sql': 'create table half (n integer); create table half (n integer)' },
    });
    const command = migrate(t, { ...database, folder }, []);
    assert.equal(await exitStatus(command), 1);
    assert.match(
      command.output.stderr,
      /^postmand: Migration 950_broken \(up\) failed: relation "half" already exists\. The database is as it was before it\.$/m,
    );
    assert.doesNotMatch(command.output.stderr, /\n {4}at /);
    assert.equal(command.lines.find(({ event }) => event === 'command.failed')?.level, 'error');
    assert.deepEqual(await schemaOf(database.pool), before);
  });

  test('status → what is applied, pending and unknown, and nothing is changed', async (t) => {
    const database = await freshDatabase(t, 'template0');
    await database.pool.query(
      'create table postmand_migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    await database.pool.query(
      `insert into postmand_migrations (name) values ($1), ('999_of_tomorrow')`,
      [NAMES[0]],
    );
    const half = migrate(t, database, ['status']);
    assert.equal(await exitStatus(half), 0);
    assert.deepEqual(fieldsOf(half, 'migrate.status'), {
      applied: [NAMES[0], '999_of_tomorrow'],
      pending: NAMES.slice(1),
      unknown: ['999_of_tomorrow'],
    });
    assert.equal(
      (await schemaOf(database.pool)).some((line) => line.startsWith('webhooks')),
      false,
    );
  });

  test('down → the latest is reverted and named; nothing left → says so; refused → exit status 1 and why', async (t) => {
    const database = await freshDatabase(t);
    const down = migrate(t, database, ['down']);
    assert.equal(await exitStatus(down), 0);
    assert.deepEqual(fieldsOf(down, 'migrate.down'), { reverted: NAMES.at(-1) });

    const bare = await freshDatabase(t, 'template0');
    const nothing = migrate(t, bare, ['down']);
    assert.equal(await exitStatus(nothing), 0);
    assert.deepEqual(fieldsOf(nothing, 'migrate.down'), { reverted: null });

    await database.pool.query('truncate public.postmand_migrations');
    await database.pool.query(`insert into public.postmand_migrations (name) values ($1)`, [
      NAMES[0],
    ]);
    await database.pool.query('comment on table webhooks is null');
    const refused = migrate(t, database, ['down']);
    assert.equal(await exitStatus(refused), 1);
    assert.match(refused.output.stderr, /refused: table webhooks was there before/);
  });

  test('on a database that does not exist → exit status 1, and the message has host and database and no password', async (t) => {
    const env = {
      POSTMAND_DATABASE_URL: 'postgres://user:hunter2@127.0.0.1:1/nothing',
      POSTMAND_DATABASE_WAIT: '0',
    };
    const command = postmand(t, ['migrate'], { env });
    assert.equal(await exitStatus(command), 1);
    assert.match(command.output.stderr, /127\.0\.0\.1:1\/nothing.*ECONNREFUSED/);
    assert.doesNotMatch(command.output.stdout + command.output.stderr, /hunter2/);
  });
});

function migrate(
  t: Parameters<typeof postmand>[0],
  { url, folder }: Pick<TestDatabase, 'url'> & { folder?: string },
  args: string[],
): Command {
  const env = {
    POSTMAND_DATABASE_URL: url,
    ...(folder === undefined ? {} : { POSTMAND_DATABASE_MIGRATION_DIR: folder }),
  };
  return postmand(t, ['migrate', ...args], { env });
}

/** What the command logged with an event, without time and level. */
function fieldsOf(command: Command, name: string): Record<string, unknown> {
  const {
    time: _time,
    level: _level,
    event: _event,
    ...fields
  } = command.lines.find(({ event }) => event === name) ?? {};
  return fields;
}
