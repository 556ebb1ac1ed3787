import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase, withDatabase } from '../setup/database.ts';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { createRole } from '../setup/role.ts';
import { until } from '../setup/until.ts';
import { connected, ending } from './processes.ts';

suite('a database that is not there yet', { concurrency: 4 }, () => {
  test('migrate, and the database comes → it waits, says so once, exit 0', async (t) => {
    const database = await freshDatabase(t, 'template0');
    const proxy = await startDatabaseProxy(lastFirst(t), database.url);
    await proxy.close();
    const command = postmand(t, ['migrate'], { env: { POSTMAND_DATABASE_URL: proxy.url } });
    const { level, reason, at_most_seconds } = await command.event('database.awaited');
    assert.deepEqual([level, at_most_seconds], ['info', 30]);
    assert.match(
      String(reason),
      /^Cannot use the database at 127\.0\.0\.1:\d+\/\w+: connect ECONNREFUSED/,
    );
    await proxy.open();
    assert.deepEqual(await ending(command), { code: 0, signal: null });
    assert.equal(command.lines.filter(({ event }) => event === 'database.awaited').length, 1);
    assert.equal(command.output.stderr, '');
  });

  test('start on a database URL, and the database comes → it waits, then it runs', async (t) => {
    const database = await freshDatabase(t, 'template0');
    const proxy = await startDatabaseProxy(lastFirst(t), database.url);
    await proxy.close();
    const command = postmand(t, ['start'], { env: { POSTMAND_DATABASE_URL: proxy.url } });
    await command.event('database.awaited');
    await proxy.open();
    await until('the banner', () => command.output.stdout.includes('Postmand is running'));
    assert.deepEqual(await command.end(), { code: 0, signal: null });
  });

  const ABSENT: [what: string, url: (t: Cleanup) => Promise<string>, reason: RegExp][] = [
    [
      'nothing listens',
      () => Promise.resolve('postgres://user:hunter2@127.0.0.1:1/d'),
      /ECONNREFUSED/,
    ],
    [
      'its name is not known',
      () => Promise.resolve('postgres://user:hunter2@nobody.invalid/d'),
      /ENOTFOUND|EAI_AGAIN/,
    ],
    [
      'its socket file is not there',
      () => Promise.resolve('postgres://user:hunter2@/d?host=/nowhere'),
      /ENOENT/,
    ],
    [
      'what listens hangs up',
      (t) => listener(t, (socket) => socket.end()),
      /terminated|ECONNRESET/,
    ],
    [
      'it says that it starts',
      (t) => listener(t, sayThatItStarts),
      /the database system is starting up/,
    ],
  ];
  for (const [what, url, reason] of ABSENT) {
    test(`migrate, and the database never comes: ${what} → exit 1 after POSTMAND_DATABASE_WAIT, which the message names`, async (t) => {
      const command = postmand(t, ['migrate'], {
        env: { POSTMAND_DATABASE_URL: await url(t), POSTMAND_DATABASE_WAIT: '1' },
      });
      assert.deepEqual(await ending(command), { code: 1, signal: null });
      assert.match(String((await command.event('database.awaited'))['reason']), reason);
      assert.match(command.output.stderr, reason);
      assert.match(
        command.output.stderr,
        /^postmand: Cannot use the database at .* \(after 1 s; see POSTMAND_DATABASE_WAIT\)\n$/,
      );
      assert.doesNotMatch(command.output.stdout + command.output.stderr, /hunter2|\n {4}at /);
    });
  }

  const AT_ONCE = [['server'], ['worker'], ['migrate', 'status'], ['migrate', 'down']];
  for (const args of AT_ONCE) {
    test(`${args.join(' ')} → exit 1 at once`, async (t) => {
      const command = postmand(t, args, {
        env: { POSTMAND_DATABASE_URL: 'postgres://127.0.0.1:1/d' },
      });
      assert.deepEqual(await ending(command), { code: 1, signal: null });
      assert.match(command.output.stderr, /ECONNREFUSED/);
      assert.deepEqual(command.lines, []);
    });
  }

  test('migrate with POSTMAND_DATABASE_WAIT=0 → exit 1 at once', async (t) => {
    const env = { POSTMAND_DATABASE_URL: 'postgres://127.0.0.1:1/d', POSTMAND_DATABASE_WAIT: '0' };
    const command = postmand(t, ['migrate'], { env });
    assert.deepEqual(await ending(command), { code: 1, signal: null });
    assert.deepEqual(command.lines, []);
  });

  test('migrate with a wrong password, or a database that does not exist → exit 1 at once, as no waiting helps', async (t) => {
    const database = await freshDatabase(t);
    const role = await createRole(t, database);
    await role.lockOut();
    const WRONG: [url: string, message: RegExp][] = [
      [
        withDatabase(database.url, 'nothing_of_the_kind'),
        /database "nothing_of_the_kind" does not exist/,
      ],
      [role.url, /password authentication failed/],
    ];
    for (const [url, message] of WRONG) {
      const command = postmand(t, ['migrate'], { env: { POSTMAND_DATABASE_URL: url } });
      assert.deepEqual(await ending(command), { code: 1, signal: null });
      assert.match(command.output.stderr, message);
      assert.deepEqual(command.lines, []);
    }
  });
});

/**
 * What SIGTERM does to commands that have not started yet. For migrate it is not a success, as
 * other processes wait for its result.
 */
const TOLD = [
  { args: ['server'], code: 0, says: '' },
  { args: ['worker'], code: 0, says: '' },
  { args: ['start'], code: 0, says: '' },
  {
    args: ['migrate'],
    code: 1,
    says: 'postmand: Stopped by SIGTERM. What was under way is undone; run it again.\n',
  },
  {
    args: ['migrate', 'status'],
    code: 1,
    says: 'postmand: Stopped by SIGTERM. What was under way is undone; run it again.\n',
  },
];

/**
 * A second, with some room for a busy machine. A database that says nothing is given up only after
 * 5 s or more.
 */
const SOON_MS = 3000;

suite('SIGTERM before a command has started', { concurrency: 4 }, () => {
  for (const { args, code, says } of TOLD) {
    test(`${args.join(' ')}, on a database that accepts connections and says nothing → ends within about a second`, async (t) => {
      let taken = 0;
      const url = await listener(t, () => (taken += 1));
      const command = postmand(t, args, { env: { POSTMAND_DATABASE_URL: url } });
      await until('it is connected', () => taken > 0);
      const toldAt = performance.now();
      assert.deepEqual(await command.end('SIGTERM'), { code, signal: null });
      assert.ok(performance.now() - toldAt < SOON_MS, `${performance.now() - toldAt} ms`);
      assert.equal(command.output.stderr, says);
      if (code === 0) assert.equal((await command.event('command.stopped'))['signal'], 'SIGTERM');
    });
  }

  for (const name of ['server', 'worker'] as const) {
    test(`${name}, while its first look at the schema waits for a lock → ends within about a second, exit 0`, async (t) => {
      const database = await freshDatabase(t);
      const locking = await database.pool.connect();
      lastFirst(t).after(() => locking.release(true));
      await locking.query('begin; lock table postmand_migrations');
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: database.url } });
      await connected(database, name);
      const toldAt = performance.now();
      assert.deepEqual(await command.end('SIGTERM'), { code: 0, signal: null });
      assert.ok(performance.now() - toldAt < SOON_MS, `${performance.now() - toldAt} ms`);
    });
  }

  test('migrate, while it waits for the database → ends at once, exit 1', async (t) => {
    const command = postmand(t, ['migrate'], {
      env: { POSTMAND_DATABASE_URL: 'postgres://127.0.0.1:1/d' },
    });
    await command.event('database.awaited');
    const toldAt = performance.now();
    assert.deepEqual(await command.end('SIGINT'), { code: 1, signal: null });
    assert.ok(performance.now() - toldAt < SOON_MS, `${performance.now() - toldAt} ms`);
    assert.match(command.output.stderr, /^postmand: Stopped by SIGINT\./);
  });
});

/** A server that stands in for PostgreSQL. @returns a database URL that leads to it */
async function listener(t: Cleanup, onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onConnection(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  lastFirst(t).after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `postgres://user:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}/d?sslmode=disable`;
}

/**
 * The answer that PostgreSQL gives until it has recovered
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
function sayThatItStarts(socket: Socket): void {
  const fields = Buffer.from('SFATAL\0C57P03\0Mthe database system is starting up\0\0');
  const head = Buffer.from('E....');
  head.writeInt32BE(4 + fields.length, 1);
  socket.once('data', () => socket.end(Buffer.concat([head, fields])));
}
