import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { Client } from 'pg';
import { migrateDown, migrateUp } from '../../src/database/migrations.ts';
import { createApplication } from '../setup/application.ts';
import { connectionTo } from '../setup/connection.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { MIGRATIONS } from '../setup/parts.ts';
import { addWebhook } from '../setup/rows.ts';
import { migrationsFolder, NAMES } from './schema.ts';

const BEFORE = NAMES.indexOf('011_enqueue');

suite('who may enqueue', { concurrency: 3 }, () => {
  test('a role that was granted nothing → refused; granted postmand_enqueue → may, and may do nothing else', async (t) => {
    const database = await freshDatabase(t);
    const { id } = await addWebhook(database);
    const stranger = await (await createApplication(t, database, null)).connect();
    const enqueue = { text: `select postmand.enqueue($1, 'x')`, values: [id] };
    await assert.rejects(stranger.query(enqueue), /permission denied for schema postmand/);

    const app = await (await createApplication(t, database)).connect();
    await app.query(enqueue);
    for (const refused of [
      'select * from deliveries',
      'select * from idempotency_keys',
      'select * from events',
      'select * from event_types',
      `select postmand.insert_delivery(null, null, null, null, null, null, null, '')`,
      `select postmand.fingerprint(null, null, null, null, null, null)`,
      `select postmand.insert_event(null, null, null, null, null, null, null, '')`,
      `select postmand.event_fingerprint(null, null, null, null, null, null)`,
      'create table postmand.own (n integer)',
    ])
      await assert.rejects(app.query(refused), /permission denied/, refused);
  });

  test('of every function in the schema → the owner and the role alone have rights', async (t) => {
    const { pool } = await freshDatabase(t);
    const { rows } = await pool.query<{ line: string }>(
      `select proname || ' ' || case grantee when 0 then 'public' else grantee::regrole::text end
         as line
       from pg_proc cross join aclexplode(coalesce(proacl, acldefault('f', proowner)))
       where pronamespace = 'postmand'::regnamespace and grantee <> proowner
       order by line`,
    );
    assert.deepEqual(
      rows.map(({ line }) => line),
      ['emit', 'emit_many', 'enqueue', 'enqueue_many'].map((name) => `${name} postmand_enqueue`),
    );
  });

  test("a caller's own tables, functions and operators under our names → are never used", async (t) => {
    const database = await freshDatabase(t);
    const { id } = await addWebhook(database);
    const { role, connect } = await createApplication(t, database);
    await database.pool.query(`create schema trap authorization ${role};
      grant create on schema public to ${role}`);
    const app = await connect();
    const { rows } = await database.pool.query<{ name: string }>(
      `select distinct proname as name from pg_proc
       where pronamespace = 'pg_catalog'::regnamespace and proname in ('now', 'concat', 'greatest',
         'nextval', 'gen_random_uuid', 'sha256', 'convert_to', 'octet_length', 'lower', 'length')`,
    );
    for (const schema of ['trap', 'public', 'pg_temp']) {
      await app.query(`
        create table ${schema}.${schema === 'public' ? 'other' : 'webhooks'}
          (id uuid, deleted_at text);
        create function ${schema}.trapped(uuid, uuid) returns boolean language plpgsql
          as $$ begin raise 'trapped as %', current_user; end $$;
        create operator ${schema}.= (
          leftarg = uuid, rightarg = uuid, function = ${schema}.trapped)`);
      for (const { name } of rows)
        for (const args of ['', 'text', 'text, name', 'regclass', 'bytea', 'variadic text[]'])
          await app.query(`create function ${schema}.${name}(${args}) returns text language plpgsql
            as $$ begin raise 'trapped as %', current_user; end $$`);
    }
    await app.query(`set search_path = pg_temp, trap, public, pg_catalog;
      set standard_conforming_strings = off; set datestyle = 'German, DMY';
      set timezone = 'Pacific/Apia';
      set quote_all_identifiers = on; set bytea_output = 'escape'; set transform_null_equals = on`);
    await app.query(
      `select postmand.enqueue_many(pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
         'webhook_id', $1::text, 'ordering_key', 'k', 'send_at', '2026-02-01T00:00:00Z',
         'expires_at', '2026-03-02T00:00:00Z', 'idempotency_key', 'i')))`,
      [id],
    );
    const stored = await database.pool.query(
      `select webhook_id, send_at, d.expires_at, encode(fingerprint, 'hex') as print
       from deliveries d join idempotency_keys k on k.delivery_ids = array[d.id]`,
    );
    assert.deepEqual(stored.rows, [
      {
        webhook_id: id,
        send_at: '2026-02-01T00:00:00.000000Z',
        expires_at: '2026-03-02T00:00:00.000000Z',
        print: printOf([
          'createDelivery',
          id,
          '',
          'k',
          '2026-02-01T00:00:00.000000Z',
          '2026-03-02T00:00:00.000000Z',
        ]),
      },
    ]);

    await database.pool.query(`insert into event_types (name) values ('order.paid')`);
    await app.query(
      `select postmand.emit_many(pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
         'type', 'order.paid', 'ordering_key', 'k', 'idempotency_key', 'j')))`,
    );
    const emitted = await database.pool.query(
      `select type, encode(fingerprint, 'hex') as print
       from events e join idempotency_keys k on k.event_ids = array[e.id]`,
    );
    assert.deepEqual(emitted.rows, [
      { type: 'order.paid', print: printOf(['createEvent', 'order.paid', '', 'k'], 2) },
    ]);
  });
});

suite('the migration of postmand.enqueue', { concurrency: 3 }, () => {
  test('a schema postmand that is not ours → refused, and nothing changes; renamed → it goes on', async (t) => {
    const { connection, pool } = await freshDatabase(t, 'template0');
    await migrateUp(connection, await migrationsFolder(t, { count: BEFORE }));
    await pool.query('create schema postmand; create table postmand.parcels (n integer)');
    await assert.rejects(
      migrateUp(connection, MIGRATIONS),
      /011_enqueue \(up\) failed: refused: there is a schema "postmand" already.*rename it/,
    );
    const { rows } = await pool.query(
      `select relname from pg_class where relnamespace = 'postmand'::regnamespace`,
    );
    assert.deepEqual(rows, [{ relname: 'parcels' }]);
    await pool.query('alter schema postmand rename to parcels');
    assert.equal((await migrateUp(connection, MIGRATIONS))[0], '011_enqueue');
  });

  test('tables in a schema of another name → the functions use those', async (t) => {
    const database = await freshDatabase(t, 'template0');
    await database.pool.query('create schema "Our house"');
    const options = encodeURIComponent('-c search_path="Our\\ house"');
    const connection = await connectionTo(`${database.url}&options=${options}`);
    await migrateUp(connection, MIGRATIONS);
    await database.pool.query('create table public.webhooks (id uuid)');
    const app = await (await createApplication(t, database)).connect();
    await assert.rejects(app.query(`select postmand.enqueue(gen_random_uuid(), 'x')`), {
      code: 'PM005',
    });
  });

  test('our tables in the schema postmand → the functions are beside them, and it stays when they are taken back', async (t) => {
    const { url, pool } = await freshDatabase(t, 'template0');
    await pool.query('create schema postmand');
    const connection = await connectionTo(`${url}&options=-c%20search_path%3Dpostmand`);
    await migrateUp(connection, MIGRATIONS);
    await assert.rejects(pool.query(`select postmand.enqueue(gen_random_uuid(), 'x')`), {
      code: 'PM005',
    });
    while ((await migrateDown(connection, MIGRATIONS)) !== '011_enqueue');
    assert.ok((await migrateUp(connection, MIGRATIONS)).includes('011_enqueue'));
  });

  test('for a role whose search_path begins with the schema postmand → what is made later is made beside our tables', async (t) => {
    const { url, pool } = await freshDatabase(t, 'template0');
    const connection = await connectionTo(`${url}&options=-c%20search_path%3Dpostmand,public`);
    await migrateUp(connection, MIGRATIONS);
    const more = { '900_later.up.sql': 'create table later (n integer)' };
    const folder = await migrationsFolder(t, { more });
    assert.deepEqual(await migrateUp(connection, folder), ['900_later']);
    const { rows } = await pool.query(
      `select relname as name, relnamespace::regnamespace::text as home from pg_class
       where relname in ('later', 'postmand_migrations', 'webhooks') and relkind = 'r'
       order by relname`,
    );
    assert.deepEqual(
      rows,
      ['later', 'postmand_migrations', 'webhooks'].map((name) => ({ name, home: 'public' })),
    );
    // As a migrate of version 2.1 begins.
    const late = new Client(connection);
    await late.connect();
    await late.query('create table if not exists postmand_migrations (name text primary key)');
    const seen = await late.query<{ name: string }>('select name from postmand_migrations');
    await late.end();
    assert.ok(seen.rows.some(({ name }) => name === '900_later'));
  });

  test('taken back and applied again → the role is there, and whoever had been granted it may enqueue', async (t) => {
    const database = await freshDatabase(t);
    const app = await (await createApplication(t, database)).connect();
    const { id } = await addWebhook(database);
    while ((await migrateDown(database.connection, MIGRATIONS)) !== '011_enqueue');
    await assert.rejects(app.query(`select postmand.enqueue($1, 'x')`, [id]), { code: '3F000' });
    await migrateUp(database.connection, MIGRATIONS);
    await app.query(`select postmand.enqueue($1, 'x')`, [id]);
  });

  test('of postmand.emit, where a role was granted postmand.enqueue itself → it may emit, and another may not', async (t) => {
    const database = await freshDatabase(t);
    const [granted, stranger] = [
      await createApplication(t, database, null),
      await createApplication(t, database, null),
    ];
    while ((await migrateDown(database.connection, MIGRATIONS)) !== '017_emit');
    await database.pool.query(
      `grant usage on schema postmand to ${granted.role}, ${stranger.role};
       grant execute on function postmand.enqueue to ${granted.role}`,
    );
    await migrateUp(database.connection, MIGRATIONS);
    const emit = `select postmand.emit('order.paid', 'x')`;
    await assert.rejects((await granted.connect()).query(emit), { code: 'PM033' });
    await assert.rejects((await stranger.connect()).query(emit), { code: '42501' });
    await assert.rejects((await granted.connect()).query(`select postmand.emit_many('[]')`), {
      code: '42501',
    });
  });

  test('a migration that makes enqueue and emit anew, up and down → whoever was granted them keeps that, and nobody else may call them', async (t) => {
    const database = await freshDatabase(t);
    const { pool, connection } = database;
    const [granted, stranger] = [
      await createApplication(t, database, null),
      await createApplication(t, database, null),
    ];
    const { id } = await addWebhook(database);
    await pool.query(`insert into event_types (name) values ('order.paid')`);
    await pool.query(
      `grant usage on schema postmand to ${granted.role}, ${stranger.role};
       grant execute on function postmand.enqueue, postmand.emit to ${granted.role}`,
    );
    const calls: [string, unknown[]][] = [
      [`select postmand.enqueue($1, 'x')`, [id]],
      [`select postmand.emit('order.paid', 'x')`, []],
    ];
    const [mine, theirs] = [await granted.connect(), await stranger.connect()];
    const check = async () => {
      for (const call of calls) {
        await mine.query(...call);
        await assert.rejects(theirs.query(...call), { code: '42501' });
      }
    };
    while ((await migrateDown(connection, MIGRATIONS)) !== '018_traces');
    await check();
    await migrateUp(connection, MIGRATIONS);
    await check();
  });

  test('taken back while a view of the application uses a function → refused, and nothing changes', async (t) => {
    const { connection, pool } = await freshDatabase(t);
    await pool.query(`create view own as select postmand.enqueue(null, null)`);
    await assert.rejects(async () => {
      while ((await migrateDown(connection, MIGRATIONS)) !== undefined);
    }, /cannot drop function .*enqueue.*other objects depend on it/);
    await pool.query('drop view own');
  });

  test('by a user who may create no role → goes on without it where there is none', async (t) => {
    const { folder } = await withRoleOfItsOwn(t);
    const database = await freshDatabase(t, 'template0');
    const owner = await ownerOf(t, database);
    await migrateUp(owner, folder);
    const app = await createApplication(t, database, null);
    const [grantor, grantee] = [new Client(owner), await app.connect()];
    await grantor.connect();
    await grantor.query(`grant usage on schema postmand to ${app.role};
      grant execute on function postmand.enqueue, postmand.enqueue_many to ${app.role}`);
    await grantor.end();
    await assert.rejects(grantee.query(`select postmand.enqueue(gen_random_uuid(), 'x')`), {
      code: 'PM005',
    });
  });

  test('by a user who may create no role, where there is one → that is used', async (t) => {
    const database = await freshDatabase(t, 'template0');
    await migrateUp(await ownerOf(t, database), MIGRATIONS);
    const app = await (await createApplication(t, database)).connect();
    await assert.rejects(app.query(`select postmand.enqueue(gen_random_uuid(), 'x')`), {
      code: 'PM005',
    });
  });

  test('of three databases of a server at the same time, where the role is not there → all of them have it', async (t) => {
    const { role, folder } = await withRoleOfItsOwn(t);
    const databases = await Promise.all([1, 2, 3].map(() => freshDatabase(t, 'template0')));
    const first = await migrationsFolder(t, { count: BEFORE });
    await Promise.all(databases.map(({ connection }) => migrateUp(connection, first)));
    await Promise.all(databases.map(({ connection }) => migrateUp(connection, folder)));
    for (const { pool } of databases) {
      const { rows } = await pool.query(
        `select has_function_privilege($1, 'postmand.enqueue_many(jsonb)', 'execute') as may`,
        [role],
      );
      assert.deepEqual(rows, [{ may: true }]);
    }
  });
});

/** `absent`: so many parts behind them are not there. */
function printOf(parts: string[], absent = 0): string {
  const given = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('');
  const text = given + '-'.repeat(absent);
  return createHash('sha256').update(text).digest('hex');
}

/** The migrations with a role that no other database of the server has. */
async function withRoleOfItsOwn(t: TestContext): Promise<{ role: string; folder: string }> {
  const role = `postmand_${randomBytes(6).toString('hex')}`;
  const file = '011_enqueue.up.sql';
  const sql = await readFile(path.join(MIGRATIONS, file), 'utf8');
  const more = { [file]: sql.replaceAll('postmand_enqueue', role) };
  const server = await freshDatabase(t, 'template0');
  lastFirst(t).after(() => server.pool.query(`drop role if exists ${role}`));
  return { role, folder: await migrationsFolder(t, { more }) };
}

/** Connections of a user who owns the database, and may not create roles. */
async function ownerOf(t: Cleanup, { url, pool }: TestDatabase) {
  const name = `o_${randomBytes(6).toString('hex')}`;
  await pool.query(`create role ${name} login password 'secret'`);
  const database = new URL(url).pathname.slice(1);
  await pool.query(
    `alter database ${database} owner to ${name}; alter schema public owner to ${name}`,
  );
  lastFirst(t).after(() =>
    pool.query(
      `reassign owned by ${name} to current_user; drop owned by ${name}; drop role ${name}`,
    ),
  );
  const as = new URL(url);
  as.username = name;
  as.password = 'secret';
  return connectionTo(as.href);
}
