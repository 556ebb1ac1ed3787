import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, chmod, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { Client } from 'pg';
import { makeData } from '../database/embedded/homes.ts';
import { postmand, type Command } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { startReceiver } from '../setup/receiver.ts';
import { apiAt, type Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { emptyFolder, ending } from './processes.ts';

suite('postmand start', { concurrency: 2 }, () => {
  test('an empty folder → a banner, a service that delivers; SIGTERM → exit 0, PostgreSQL gone; again → the data is still there', async (t) => {
    const home = await newHome(t);
    const receiver = await startReceiver(t);
    const first = await start(t, home);
    assert.match(
      first.command.output.stdout,
      /Postmand is running\.[^]*Look +http:\/\/localhost:\d+\/ui\/[^]*API +http:\/\/localhost:\d+\/v1[^]*Health +http[^]*Data +\/[^]*Ctrl-C/,
    );
    assert.ok(first.command.output.stdout.includes(home));
    assert.deepEqual(await (await fetch(`${first.health}/healthz`)).json(), { success: true });
    assert.equal((await fetch(`${first.api.url}/ui/`)).status, 200);
    const webhook = await first.api.createWebhook({ url: receiver.url });
    const { id } = await first.api.createDelivery(webhook.id);
    assert.equal((await first.api.settled(id)).status, 'succeeded');

    assert.deepEqual(await first.command.end('SIGTERM'), { code: 0, signal: null });
    assert.equal(postgresOf(home), undefined);
    assert.equal(first.command.output.stderr, '');

    const second = await start(t, home);
    assert.equal((await second.api.delivery(id)).status, 'succeeded');
    assert.deepEqual(await second.command.end('SIGINT'), { code: 0, signal: null });
    assert.equal(postgresOf(home), undefined);
  });

  test('killed with kill -9 while it delivers → the next run goes on with the same data', async (t) => {
    const home = await newHome(t);
    const receiver = await startReceiver(t, () => {});
    const first = await start(t, home);
    const webhook = await first.api.createWebhook({
      url: receiver.url,
      delivery_attempt_timeout: 60,
    });
    const { id } = await first.api.createDelivery(webhook.id);
    await receiver.count(1);
    await first.command.end('SIGKILL');
    receiver.answerWith((_request, response) => response.end());

    const second = await start(t, home);
    assert.equal((await second.api.delivery(id)).status, 'pending');
    const next = await second.api.createDelivery(
      (await second.api.createWebhook({ url: receiver.url })).id,
    );
    assert.equal((await second.api.settled(next.id)).status, 'succeeded');
    assert.deepEqual(await second.command.end(), { code: 0, signal: null });
    assert.equal(postgresOf(home), undefined);
  });

  test('a second start on the same folder → exit 1 with a clear message, and the first goes on', async (t) => {
    const home = await newHome(t);
    const first = await start(t, home);
    const second = run(t, home);
    assert.deepEqual(await ending(second), { code: 1, signal: null });
    assert.match(
      second.output.stderr,
      /^postmand: Another `postmand start` is running on .*POSTMAND_DATA_DIR/,
    );
    assert.ok(second.output.stderr.includes(home));
    assert.equal((await first.api.call('GET', '/webhooks')).status, 200);
    await first.api.createWebhook();
    assert.deepEqual(await first.command.end(), { code: 0, signal: null });
  });

  test('its PostgreSQL killed while a delivery waits → 503 or a broken connection at most, then everything goes on', async (t) => {
    const home = await newHome(t);
    const receiver = await startReceiver(
      t,
      (_request, response) => void response.writeHead(503).end(),
    );
    const { command, api, health } = await start(t, home);
    const webhook = await api.createWebhook({ url: receiver.url });
    const { id } = await api.createDelivery(webhook.id);
    await receiver.count(1);
    process.kill(postgresOf(home) as number, 'SIGKILL');
    await command.event('postgres.started_again');
    receiver.answerWith((_request, response) => response.end());
    assert.equal((await api.settled(id, 60_000)).status, 'succeeded');
    await until('it is healthy', async () => (await fetch(`${health}/healthz`)).status === 200);
    const next = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(next.id)).status, 'succeeded');
    assert.deepEqual(await command.end(), { code: 0, signal: null });
    assert.equal(postgresOf(home), undefined);
  });

  test('all its connections ended, that of its lock too → a second start is still refused', async (t) => {
    const home = await newHome(t);
    const first = await start(t, home);
    await endConnections(home);
    const second = run(t, home);
    assert.deepEqual(await ending(second), { code: 1, signal: null });
    assert.match(second.output.stderr, /^postmand: Another `postmand start` is running on /);
    await until(
      'the first answers',
      async () => (await first.api.call('GET', '/webhooks')).status === 200,
    );
    assert.deepEqual(await first.command.end(), { code: 0, signal: null });
  });

  test('a folder of somebody else → exit 1, one line that names the variable, nothing logged with a stack', async (t) => {
    const home = await emptyFolder(t);
    await writeFile(path.join(home, 'notes.txt'), 'mine');
    const command = run(t, home);
    assert.deepEqual(await ending(command), { code: 1, signal: null });
    assert.match(
      command.output.stderr,
      /^postmand: \S+ cannot hold the data of PostgreSQL: .*notes\.txt.* POSTMAND_DATA_DIR\.\n$/,
    );
    assert.equal(command.output.stdout, '');
  });

  test('a database URL → everything runs on that database, and no PostgreSQL is started', async (t) => {
    const home = await newHome(t);
    const receiver = await startReceiver(t);
    const { url } = await freshDatabase(t, 'template0');
    const { command, api } = await start(t, home, { POSTMAND_DATABASE_URL: url });
    const { id } = await api.createDelivery((await api.createWebhook({ url: receiver.url })).id);
    assert.equal((await api.settled(id)).status, 'succeeded');
    assert.equal(existsSync(home), false);
    assert.deepEqual(await command.end(), { code: 0, signal: null });
  });

  test('stopped while it is starting → PostgreSQL does not stay behind', async (t) => {
    const home = await newHome(t);
    const command = run(t, home);
    await until('PostgreSQL is there', () => postgresOf(home));
    command.process.kill('SIGINT');
    await ending(command);
    await until('PostgreSQL is gone', () => postgresOf(home) === undefined, 5000);
  });

  test('stopped while the data is being made → exit 0, nothing runs on, and the next run makes it', async (t) => {
    const home = await newHome(t);
    const command = run(t, home);
    await until('initdb works', () => programsOn(home).length > 0);
    command.process.kill('SIGTERM');
    assert.deepEqual(await ending(command), { code: 0, signal: null });
    assert.deepEqual([programsOn(home), command.output.stderr], [[], '']);
    assert.equal(existsSync(path.join(home, 'postgres')), false);
    const next = await start(t, home);
    assert.deepEqual(await next.command.end(), { code: 0, signal: null });
  });

  test('stopped while PostgreSQL takes long to be ready → exit 0, and PostgreSQL does not stay behind', async (t) => {
    const home = await newHome(t);
    await makeData(home);
    // It waits for a primary that never comes, and takes no connections before that.
    await appendFile(
      path.join(home, 'postgres', 'postgresql.conf'),
      `hot_standby = off\nprimary_conninfo = 'host=127.0.0.1 port=1'\n`,
    );
    await writeFile(path.join(home, 'postgres', 'standby.signal'), '');
    const command = run(t, home);
    await until('PostgreSQL is there', () => postgresOf(home));
    command.process.kill('SIGINT');
    assert.deepEqual(await ending(command), { code: 0, signal: null });
    assert.deepEqual(
      [postgresOf(home), programsOn(home), command.output.stderr],
      [undefined, [], ''],
    );
  });

  test('the folder of its data removed → SIGTERM still ends it in order, and PostgreSQL with it', async (t) => {
    const home = await newHome(t);
    const { command } = await start(t, home);
    await rm(path.join(home, 'postgres'), { recursive: true, force: true, maxRetries: 10 });
    assert.deepEqual(await command.end(), { code: 0, signal: null });
    assert.deepEqual([programsOn(home), command.output.stderr], [[], '']);
  });

  test('the password of its PostgreSQL was changed → exit 1 with the reason in one line, and PostgreSQL does not stay behind', async (t) => {
    const home = await newHome(t);
    await makeData(home);
    await writeFile(path.join(home, 'password'), '0'.repeat(48));
    const command = run(t, home);
    assert.deepEqual(await ending(command, 30_000), { code: 1, signal: null });
    assert.equal(
      command.output.stderr,
      `postmand: The PostgreSQL on ${home} cannot be used: password authentication failed for user "postmand"\n`,
    );
    assert.deepEqual([programsOn(home), command.output.stdout], [[], '']);
  });

  test('its port taken → exit 1, and PostgreSQL does not stay behind', async (t) => {
    const home = await newHome(t);
    const taken = await startReceiver(t);
    const command = run(t, home, { POSTMAND_HEALTH_CHECK_HTTP_PORT: new URL(taken.url).port });
    assert.deepEqual(await ending(command, 30_000), { code: 1, signal: null });
    assert.match(command.output.stderr, /POSTMAND_HEALTH_CHECK_HTTP_PORT/);
    assert.equal(postgresOf(home), undefined);
  });
});

function run(t: TestContext, home: string, env = {}): Command {
  return postmand(t, ['start'], { env: { POSTMAND_DATA_DIR: home, ...env } });
}

async function start(
  t: TestContext,
  home: string,
  env = {},
): Promise<{ command: Command; api: Api; health: string }> {
  const command = run(t, home, env);
  const port = (name: string) =>
    new RegExp(`${name} +http://localhost:(\\d+)`).exec(command.output.stdout)?.[1];
  await until(
    `the banner; stderr: ${command.output.stderr}`,
    () => command.output.stdout.includes('Stop '),
    60_000,
  );
  return {
    command,
    api: apiAt(`http://127.0.0.1:${port('API')}`),
    health: `http://127.0.0.1:${port('Health')}`,
  };
}

/** Ends all connections to the PostgreSQL that runs on a folder. */
async function endConnections(home: string): Promise<void> {
  const password = readFileSync(path.join(home, 'password'), 'utf8');
  const port = readFileSync(path.join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3];
  const client = new Client(`postgres://postmand:${password}@127.0.0.1:${port}/postgres`);
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename = current_user`,
  );
  await client.end();
}

/**
 * A folder for the data, in which PostgreSQL's user may look where we are root. Nothing of it
 * stays, running or stored.
 */
async function newHome(t: TestContext): Promise<string> {
  const folder = await emptyFolder(t);
  await chmod(folder, 0o711);
  const home = path.join(folder, 'data');
  lastFirst(t).after(() => {
    const postgres = postgresOf(home);
    if (postgres !== undefined) process.kill(postgres, 'SIGKILL');
  });
  return home;
}

/** The programs of PostgreSQL whose command names a folder. */
function programsOn(home: string): string[] {
  const commands = execFileSync('ps', ['-A', '-ww', '-o', 'command=']).toString().split('\n');
  return commands.filter((command) => /(initdb|postgres) /.test(command) && command.includes(home));
}

/** The process id of the PostgreSQL that runs on a folder. */
function postgresOf(home: string): number | undefined {
  const file = path.join(home, 'postgres', 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const id = Number.parseInt(readFileSync(file, 'utf8'), 10);
  try {
    process.kill(id, 0);
    return id;
  } catch {
    return undefined;
  }
}
