import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { emptyFolder, ending } from './processes.ts';

suite('faults that keep a command from its work', { concurrency: 4 }, () => {
  for (const name of ['server', 'worker', 'migrate']) {
    test(`${name} without a database URL → exit 1, naming the variable`, async (t) => {
      const command = postmand(t, [name], { cwd: await emptyFolder(t) });
      assert.deepEqual(await ending(command), { code: 1, signal: null });
      assert.match(command.output.stderr, /^postmand: POSTMAND_DATABASE_URL is not set\. /);
    });

    test(`${name} with a database that cannot be reached → exit 1, saying where, without the password`, async (t) => {
      const env = {
        POSTMAND_DATABASE_URL: 'postgres://somebody:hunter2@127.0.0.1:1/postmand',
        POSTMAND_DATABASE_WAIT: '0',
      };
      const command = postmand(t, [name], { env });
      assert.deepEqual(await ending(command), { code: 1, signal: null });
      assert.match(
        command.output.stderr,
        /^postmand: Cannot use the database at 127\.0\.0\.1:1\/postmand: .*ECONNREFUSED/,
      );
      assert.doesNotMatch(command.output.stderr + command.output.stdout, /hunter2/);
    });

    test(`${name} with the wrong password → exit 1, saying so, without it`, async (t) => {
      const url = new URL((await freshDatabase(t)).url);
      url.password = 'hunter2';
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: url.href } });
      assert.deepEqual(await ending(command), { code: 1, signal: null });
      assert.match(
        command.output.stderr,
        /^postmand: Cannot use the database at .*password authentication failed/,
      );
      assert.doesNotMatch(command.output.stderr + command.output.stdout, /hunter2/);
    });
  }

  for (const name of ['server', 'worker']) {
    test(`${name} on a database without tables → exit 1, naming the command to run`, async (t) => {
      const { url } = await freshDatabase(t, 'template0');
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: url } });
      assert.deepEqual(await ending(command), { code: 1, signal: null });
      assert.match(command.output.stderr, /Run: postmand migrate/);
    });

    test(`${name} on a database without the queue → exit 1, naming the command to run`, async (t) => {
      const { url, pool } = await freshDatabase(t);
      await pool.query('drop schema postmand_queue cascade');
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: url } });
      assert.deepEqual(await ending(command), { code: 1, signal: null });
      assert.match(command.output.stderr, /Run: postmand migrate/);
    });
  }

  for (const [name, variable] of [
    ['server', 'POSTMAND_HTTP_PORT'],
    ['server', 'POSTMAND_HEALTH_CHECK_HTTP_PORT'],
    ['worker', 'POSTMAND_HEALTH_CHECK_HTTP_PORT'],
  ] as const) {
    test(`${name} with the port of ${variable} taken → exit 1, naming the port and the variable`, async (t) => {
      const { url } = await freshDatabase(t);
      const port = await takenPort(t);
      const command = postmand(t, [name], {
        env: { POSTMAND_DATABASE_URL: url, [variable]: String(port) },
      });
      assert.deepEqual(await ending(command), { code: 1, signal: null });
      assert.match(
        command.output.stderr,
        new RegExp(`^postmand: Port ${port} is already in use.*${variable}`),
      );
    });
  }

  for (const [name, variable] of [
    ['server', 'POSTMAND_HTTP_HOST'],
    ['server', 'POSTMAND_HEALTH_CHECK_HTTP_HOST'],
    ['worker', 'POSTMAND_HEALTH_CHECK_HTTP_HOST'],
    ['start', 'POSTMAND_HTTP_HOST'],
  ] as const) {
    test(`${name} with an address in ${variable} that is not of this machine → exit 1, naming both`, async (t) => {
      const { url } = await freshDatabase(t);
      const command = postmand(t, [name], {
        env: { POSTMAND_DATABASE_URL: url, [variable]: '192.0.2.1' },
      });
      assert.deepEqual(await ending(command), { code: 1, signal: null });
      assert.equal(
        command.output.stderr,
        `postmand: Cannot listen at 192.0.2.1: this machine does not have that address. Choose another address with ${variable}.\n`,
      );
    });
  }

  for (const name of ['migrate', 'server', 'worker']) {
    test(`${name} with a blank and a line end behind the URL, and a parameter of another program → it works, and the log names the parameter`, async (t) => {
      const { url } = await freshDatabase(t);
      const command = postmand(t, [name], {
        env: { POSTMAND_DATABASE_URL: `${url}&schema=x&sslmode=disable \n` },
      });
      await command.event(name === 'migrate' ? 'migrate.done' : `${name}.started`);
      const told = command.lines.find(({ event }) => event === 'database.settings_ignored');
      assert.deepEqual([told?.level, told?.['ignored']], ['warn', ['schema']]);
    });
  }

  test('several settings that cannot be used → exit 2, naming each', async (t) => {
    const env = {
      POSTMAND_DATABASE_URL: 'mysql://somebody:hunter2@h/d',
      POSTMAND_HTTP_PORT: 'http',
      POSTMAND_WORKER_CONCURRENCY: '0',
    };
    const command = postmand(t, ['server'], { env });
    assert.deepEqual(await ending(command), { code: 2, signal: null });
    for (const name of Object.keys(env)) assert.ok(command.output.stderr.includes(name), name);
    assert.doesNotMatch(command.output.stderr, /hunter2/);
  });
});

async function takenPort(t: TestContext): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}
