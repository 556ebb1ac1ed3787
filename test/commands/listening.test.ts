import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { suite, test, type TestContext } from 'node:test';
import { postmand, type LoggedLine } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { until } from '../setup/until.ts';
import { send } from '../http/request.ts';

/**
 * On Linux all of 127.0.0.0/8 is this machine, so this stands for an address that is not the usual
 * loopback address.
 */
const OTHER = '127.0.0.2';

/** Whether this machine has ::1. */
const HAS_IPV6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);
const EVERYWHERE = HAS_IPV6 ? ['::'] : ['0.0.0.0'];
const LOOPBACK = HAS_IPV6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

const KEY = 'a-key-of-16-char';
const LOCAL = { POSTMAND_HTTP_HOST: '127.0.0.1', POSTMAND_HEALTH_CHECK_HTTP_HOST: '127.0.0.1' };

suite('where the ports listen', { concurrency: 2 }, () => {
  test('server and worker without a setting → at every address, and the log says so', async (t) => {
    const server = await started(t, 'server');
    assert.deepEqual(
      [server.line['addresses'], server.line['health_addresses']],
      [EVERYWHERE, EVERYWHERE],
    );
    const worker = await started(t, 'worker');
    assert.deepEqual(worker.line['health_addresses'], EVERYWHERE);
    const ports = [server.line['port'], server.line['health_port'], worker.line['health_port']];
    for (const port of ports) assert.ok(await isOpen(OTHER, port), String(port));
  });

  test('server and worker with an address → at that one alone', async (t) => {
    const server = await started(t, 'server', LOCAL);
    assert.deepEqual(
      [server.line['addresses'], server.line['health_addresses']],
      [['127.0.0.1'], ['127.0.0.1']],
    );
    const worker = await started(t, 'worker', LOCAL);
    assert.deepEqual(worker.line['health_addresses'], ['127.0.0.1']);
    for (const port of [
      server.line['port'],
      server.line['health_port'],
      worker.line['health_port'],
    ]) {
      assert.deepEqual([await isOpen('127.0.0.1', port), await isOpen(OTHER, port)], [true, false]);
    }
  });

  test('start without a setting → at both loopback addresses alone, and the banner says so', async (t) => {
    const { line, output } = await started(t, 'start');
    assert.deepEqual([line['addresses'], line['health_addresses']], [LOOPBACK, LOOPBACK]);
    for (const port of [line['port'], line['health_port']]) {
      assert.deepEqual([await isOpen('localhost', port), await isOpen(OTHER, port)], [true, false]);
      for (const address of LOOPBACK) assert.ok(await isOpen(address, port), address);
    }
    await until('the banner', () => output.stdout.includes('Ctrl-C'));
    assert.match(output.stdout, /^ +Reach +this machine only; POSTMAND_HTTP_HOST=0\.0\.0\.0 /m);
  });

  test('start with 0.0.0.0 → at every IPv4 address', async (t) => {
    const { line, output } = await started(t, 'start', { POSTMAND_HTTP_HOST: '0.0.0.0' });
    assert.deepEqual([line['addresses'], line['health_addresses']], [['0.0.0.0'], LOOPBACK]);
    assert.ok(await isOpen(OTHER, line['port']));
    await until('the banner', () => output.stdout.includes('Ctrl-C'));
    assert.match(
      output.stdout,
      /^ +Reach +the API listens on 0\.0\.0\.0, by address and not by name; POSTMAND_HTTP_ALLOWED_HOSTS lists names$/m,
    );
  });

  test('localhost, and its port is taken at the second address → exit 1, naming the address and the variable', async (t) => {
    if (!HAS_IPV6) return t.skip('this machine has no ::1');
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '::1', resolve));
    t.after(() => blocker.close());
    const { port } = blocker.address() as { port: number };
    const { url } = await freshDatabase(t);
    const server = postmand(t, ['server'], {
      env: {
        POSTMAND_DATABASE_URL: url,
        POSTMAND_HTTP_HOST: 'localhost',
        POSTMAND_HTTP_PORT: String(port),
      },
    });
    assert.deepEqual(await server.exited, { code: 1, signal: null });
    assert.match(
      server.output.stderr,
      new RegExp(`^postmand: Port ${port} is already in use at ::1\\. .*POSTMAND_HTTP_PORT`),
    );
  });
});

suite('the names that are accepted', { concurrency: 2 }, () => {
  const ENV = { POSTMAND_HTTP_ALLOWED_HOSTS: 'postmand.internal' };
  const CASES: [
    command: 'server' | 'start',
    when: string,
    env: Record<string, string>,
    taken: string[],
    refused: string[],
  ][] = [
    ['server', 'without a setting', {}, ['postmand', 'hooks.example.com', 'localhost'], []],
    ['server', 'with names', ENV, ['postmand.internal', 'localhost'], ['postmand', 'evil.example']],
    [
      'server',
      'with names and a key',
      { ...ENV, POSTMAND_API_KEYS: KEY },
      ['postmand.internal'],
      ['evil.example'],
    ],
    ['start', 'without a key', {}, ['localhost', '127.0.0.1'], ['evil.example', 'postmand']],
    [
      'start',
      'without a key, with names',
      ENV,
      ['postmand.internal', 'localhost'],
      ['evil.example', 'postmand'],
    ],
    ['start', 'without a key, with *', { POSTMAND_HTTP_ALLOWED_HOSTS: '*' }, ['evil.example'], []],
    ['start', 'with a key', { POSTMAND_API_KEYS: KEY }, ['evil.example', 'localhost'], []],
  ];
  for (const [command, when, env, taken, refused] of CASES) {
    test(`${command} ${when} → ${taken.join(', ')}${refused.length > 0 ? `, but not ${refused.join(', ')}` : ''}`, async (t) => {
      const { line } = await started(t, command, env);
      const statusOf = async (Host: string) => {
        const headers = { Host, Authorization: `Bearer ${KEY}` };
        return (
          await send('GET', `http://127.0.0.1:${String(line['port'])}/v1/webhooks`, { headers })
        ).status;
      };
      for (const name of taken) assert.equal(await statusOf(name), 200, name);
      for (const name of refused) assert.equal(await statusOf(name), 421, name);
    });
  }

  test('the health port of start follows the same rule, and that of server accepts every name', async (t) => {
    for (const [command, env, status] of [
      ['start', {}, 421],
      ['server', ENV, 200],
    ] as const) {
      const { line } = await started(t, command, env);
      const url = `http://127.0.0.1:${String(line['health_port'])}/healthz`;
      assert.equal(
        (await send('GET', url, { headers: { Host: 'worker-1.internal:8001' } })).status,
        status,
        command,
      );
      assert.equal((await send('GET', url)).status, 200);
    }
  });
});

type Started = { line: LoggedLine; output: { stdout: string } };

/** Starts a command and waits until it works. */
async function started(
  t: TestContext,
  name: 'server' | 'worker' | 'start',
  env: Record<string, string> = {},
): Promise<Started> {
  const { url } = await freshDatabase(t);
  const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: url, ...env } });
  return { line: await command.event(`${name}.started`), output: command.output };
}

async function isOpen(host: string, port: unknown): Promise<boolean> {
  try {
    return (
      (await send('GET', `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}/`))
        .status === 404
    );
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED');
    return false;
  }
}
