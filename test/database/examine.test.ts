import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { migrateUp } from '../../src/database/migrations.ts';
import { installQueue } from '../../src/queue/install-queue.ts';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { exitStatus } from '../setup/exit-status.ts';
import { lastFirst } from '../setup/last-first.ts';
import { MIGRATIONS, silentLog } from '../setup/parts.ts';
import { startReceiver } from '../setup/receiver.ts';
import { createRole } from '../setup/role.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { encodedDatabase } from './encoded.ts';

const COMMANDS = ['migrate', 'server', 'worker', 'start'];

suite('a database that cannot store every text', { concurrency: 3 }, () => {
  for (const [name, encoding] of [
    ...COMMANDS.map((name) => [name, 'LATIN1'] as const),
    ['migrate', 'EUC_JP'] as const,
  ]) {
    test(`${name} with ${encoding} → exit 1, one line with the database, the encoding and what to do, and nothing is made`, async (t) => {
      const { url, pool } = await encodedDatabase(t, encoding);
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: url } });
      assert.equal(await exitStatus(command), 1);
      const { pathname } = new URL(url);
      const line = new RegExp(
        `^postmand: Cannot use the database at .*${pathname}: its encoding is ${encoding}, .* UTF8 .* pg_dump.*\n$`,
      );
      assert.match(command.output.stderr, line);
      assert.equal(command.output.stderr.split('\n').length, 2);
      const { rowCount } = await pool.query(
        `select from pg_class where relnamespace = 'public'::regnamespace`,
      );
      assert.equal(rowCount, 0);
    });
  }

  test('SQL_ASCII → every text is stored and sent as it came', async (context) => {
    const t = lastFirst(context);
    const database = await encodedDatabase(t, 'SQL_ASCII');
    await migrateUp(database.connection, MIGRATIONS);
    await installQueue(database.connection, silentLog);
    const api = await startApi(t, database);
    await startWorkerHere(t, database);
    const receiver = await startReceiver(t, (_request, response) =>
      response.writeHead(200).end('grün 😀'),
    );
    const webhook = await api.createWebhook({ name: 'größer 😀', url: receiver.url });
    const { id, payload } = await api.createDelivery(webhook.id, '{"text": "日本語 😀 \\u0000"}');
    assert.equal((await api.settled(id)).status, 'succeeded');
    const [attempt] = await api.attempts(id);
    assert.equal(payload, '{"text": "日本語 😀 \\u0000"}');
    assert.equal(receiver.received[0]?.body, payload);
    assert.ok(
      attempt?.raw_request.endsWith(payload) && attempt.raw_response.endsWith('grün 😀'),
      JSON.stringify(attempt),
    );
    assert.equal((await api.call('GET', `/webhooks/${webhook.id}`)).body.name, 'größer 😀');
  });
});

suite('tables in the schema that the search_path of the role names', { concurrency: 3 }, () => {
  test('the same path for all processes → the tables are made, found and used there', async (context) => {
    const t = lastFirst(context);
    const { database, url } = await withSchema(t, 'hooks');
    assert.equal(
      await exitStatus(postmand(t, ['migrate'], { env: { POSTMAND_DATABASE_URL: url } })),
      0,
    );
    const server = postmand(t, ['server'], { env: { POSTMAND_DATABASE_URL: url } });
    const { port } = await server.event('server.started');
    // Its sessions stay as they began, whatever becomes of the role.
    await database.pool.query(`alter role ${new URL(url).username} set search_path = public`);
    await database.pool.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = $1`,
      [new URL(url).username],
    );
    const answer = await fetch(`http://127.0.0.1:${String(port)}/v1/webhooks`);
    assert.equal(answer.status, 200);
    const { rows } = await database.pool.query(
      `select to_regclass('hooks.webhooks') is not null as there, to_regclass('webhooks') as public`,
    );
    assert.deepEqual(rows, [{ there: true, public: null }]);
  });

  test('the path in the options of the URL → the same', async (t) => {
    const { url: bare, pool } = await freshDatabase(t, 'template0');
    await pool.query('create schema "my hooks"');
    const url = `${bare}&options=${encodeURIComponent('-c search_path="my\\ hooks"')}`;
    assert.equal(
      await exitStatus(postmand(t, ['migrate'], { env: { POSTMAND_DATABASE_URL: url } })),
      0,
    );
    assert.equal((await pool.query('select from "my hooks".webhooks')).rowCount, 0);
  });

  for (const name of COMMANDS) {
    test(`${name} with another path → exit 1, saying where the tables are and what to run, and no second ones are made`, async (context) => {
      const t = lastFirst(context);
      const { database, role, url } = await withSchema(t, 'hooks');
      await database.pool.query('create table hooks.postmand_migrations (name text primary key)');
      await database.pool.query(`alter role ${role} reset search_path`);
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: url } });
      assert.equal(await exitStatus(command), 1);
      assert.match(
        command.output.stderr,
        new RegExp(
          `the tables are in the schema hooks, .* role ${role} .* Run: alter role ${role} set search_path = hooks\\.`,
        ),
      );
      const { rowCount } = await database.pool.query(
        `select from pg_class where relnamespace = 'public'::regnamespace`,
      );
      assert.equal(rowCount, 0);
    });
  }

  test('migrate with another path in the URL → exit 1, with advice for the URL, which overrides the role', async (t) => {
    const { url: bare, pool } = await freshDatabase(t, 'template0');
    await pool.query(
      'create schema hooks; create table postmand_migrations (name text primary key)',
    );
    const command = postmand(t, ['migrate'], {
      env: { POSTMAND_DATABASE_URL: `${bare}&options=-c%20search_path%3Dhooks` },
    });
    assert.equal(await exitStatus(command), 1);
    const advice =
      /the search_path in POSTMAND_DATABASE_URL \(hooks\) does not reach\. Write options=-c%20search_path%3Dpublic in POSTMAND/;
    assert.match(command.output.stderr, advice);
  });

  test('migrate with a path without any schema → exit 1, saying so', async (context) => {
    const t = lastFirst(context);
    const { database, role, url } = await withSchema(t, 'hooks');
    await database.pool.query(`alter role ${role} set search_path = ''`);
    const command = postmand(t, ['migrate'], { env: { POSTMAND_DATABASE_URL: url } });
    assert.equal(await exitStatus(command), 1);
    assert.match(
      command.output.stderr,
      new RegExp(
        `the search_path of the role ${role} \\(""\\) names no schema .* Run: alter role ${role} set`,
      ),
    );
  });
});

/** A bare database, and a role whose search_path is a schema of it. */
async function withSchema(t: Parameters<typeof createRole>[0], schema: string) {
  const database = await freshDatabase(t, 'template0');
  const role = await createRole(t, database);
  await database.pool.query(`create schema ${schema}`);
  await database.pool.query(`alter role ${role.name} set search_path = ${schema}`);
  return { database, role: role.name, url: role.url };
}
