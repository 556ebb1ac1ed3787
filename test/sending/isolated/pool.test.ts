import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { suite, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { POOL_SIZE, ProcessPool } from '../../../src/sending/isolated/pool.ts';
import type { Exchange, SenderOptions } from '../../../src/sending/send.ts';
import { startHostileEndpoints } from '../../faults/hostile-endpoints.ts';
import { isRunning } from '../../setup/process-state.ts';
import { startRawServer } from '../../setup/raw-server.ts';
import { startReceiver, type Answer, type Receiver } from '../../setup/receiver.ts';
import { until } from '../../setup/until.ts';
import { assertFailure, assertResponse, sender } from '../sending.ts';

const POISONABLE = new URL('../../setup/poisonable.mjs', import.meta.url).href;
const PARENT = fileURLToPath(new URL('parent.ts', import.meta.url));

/** What the parent allows a process that does not answer, beyond the time of the send. */
const LATE_MS = 3000;

suite('the same exchange as from a sender in this process', { concurrency: true }, () => {
  const OK = 'HTTP/1.1 200 Fine\r\nX-A: 1\r\nx-a: 2\r\n';
  const ANSWERS: [when: string, answer: string, options?: Partial<SenderOptions>][] = [
    ['a body', `${OK}Content-Length: 7\r\n\r\nok \xe2\x98\x83!`],
    ['no body', `${OK}Content-Length: 0\r\n\r\n`],
    ['bytes that are no text', `${OK}Content-Length: 4\r\n\r\n\0\xff\xfe\x80`],
    ['a body cut at the limit', `${OK}Content-Length: 10\r\n\r\n0123456789`, { bodyLimitBytes: 4 }],
    [
      'a body of which nothing is kept',
      `${OK}Content-Length: 10\r\n\r\n0123456789`,
      { bodyLimitBytes: 0 },
    ],
    [
      'a body of 1 MB',
      `${OK}Content-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`,
      { bodyLimitBytes: 2_000_000 },
    ],
    ['bytes in the reason that are no text', 'HTTP/1.1 500 O\xffh\r\nContent-Length: 0\r\n\r\n'],
    ['a refused target', '', { outbound: { policy: 'public', allow: [], deny: [] } }],
    ['a denied target', '', { outbound: { policy: 'internal', allow: [], deny: ['127.0.0.0/8'] } }],
    ['a proxy that nobody listens at', '', { proxy: { url: 'http://127.0.0.1:1', except: '' } }],
  ];
  for (const [when, answer, options = {}] of ANSWERS) {
    test(`${when} → equal`, async (t) => {
      const server = await startRawServer(t, (socket) => socket.write(answer, 'latin1'));
      await assertSame(t, [{ url: server.url }], options);
    });
  }

  test('URLs and names that lead nowhere → equal', async (t) => {
    const urls = [
      'http://127.0.0.1:1/',
      'http://localhost:1/',
      'http://nowhere.invalid/',
      'http://169.254.169.254/',
      'ftp://a/',
      '',
      'http://a:99999/',
    ];
    await assertSame(
      t,
      urls.map((url) => ({ url })),
    );
  });

  test('every hostile endpoint → equal', async (t) => {
    const { targets } = await startHostileEndpoints(t);
    await assertSame(t, targets);
  });
});

suite('the death of the process', () => {
  const DEATHS: [poison: string, how: RegExp][] = [
    ['kill', /^the process that sent this died \(SIGKILL\)$/],
    ['abort', /^the process that sent this died \(SIGABRT\)$/],
    ['exit', /^the process that sent this died \(exit code 7\)$/],
    ['throw', /^the process that sent this died \(exit code 1\)$/],
    ['fill', /^the process that sent this died \(SIG(ABRT|TRAP|ILL|KILL)\)$/],
  ];
  for (const [poison, how] of DEATHS) {
    test(`${poison} → crashed, and the next send goes in another process`, async (t) => {
      const receiver = await startReceiver(t, poisonFirst(poison));
      const { send } = poisonable(t, poison === 'fill' ? '--max-old-space-size=64' : '');
      // To fill its memory takes a process as long as the machine is busy.
      const exchange = await send(receiver.url, {}, { timeoutMs: 60_000 });
      assertFailure(exchange, 'crashed', how);
      assert.ok(exchange.durationMs >= 0 && Number.isInteger(exchange.durationMs));
      assertResponse(await send(receiver.url));
      const [first, second] = processesOf(receiver);
      assert.ok(Number.isInteger(first) && Number.isInteger(second) && first !== second);
      assert.equal(isRunning(first as number), false);
    });
  }

  test('a process that is busy for ever → timeout some seconds after the time of the send, and it is killed', async (t) => {
    const receiver = await startReceiver(t, poisonFirst('block'));
    const startedAt = performance.now();
    assertFailure(
      await poisonable(t).send(receiver.url, {}, { timeoutMs: 1500 }),
      'timeout',
      /^timeout after 1\.5 s$/,
    );
    assert.ok(performance.now() - startedAt >= 1500 + LATE_MS);
    await untilGone(processesOf(receiver));
  });

  test('a process that ends before it was told what to send → a local fault', async (t) => {
    const { send } = poisonable(t, '--import=data:text/javascript,process.exit(3)');
    assert.deepEqual(await send('http://127.0.0.1:1/'), {
      kind: 'local',
      code: 'PROCESS_DIED_AT_START',
    });
  });

  test('a program that cannot be started → a local fault', async (t) => {
    const { execPath } = process;
    process.execPath = '/nowhere/node';
    t.after(() => (process.execPath = execPath));
    const exchange = isolated(t).send('http://127.0.0.1:1/');
    process.execPath = execPath;
    assert.deepEqual(await exchange, { kind: 'local', code: 'ENOENT' });
  });
});

suite('the life of a process', { concurrency: 2 }, () => {
  test('sends one after the other → one process, whose environment holds nothing of ours; then idle → it ends', async (t) => {
    process.env['POSTMAND_DATABASE_URL'] = 'postgres://user:hunter2@127.0.0.1/db';
    t.after(() => delete process.env['POSTMAND_DATABASE_URL']);
    const receiver = await startReceiver(t);
    const { send } = poisonable(t);
    for (let i = 0; i < 3; i += 1) assertResponse(await send(receiver.url));
    const pids = new Set(processesOf(receiver));
    assert.equal(pids.size, 1);
    const environment = String(receiver.received[0]?.headers['x-environment']);
    assert.match(environment, /NODE_OPTIONS/);
    assert.doesNotMatch(environment, /POSTMAND|DATABASE|HOME/);
    await untilGone(pids);
    assertResponse(await send(receiver.url));
  });

  test('it may not begin any more when its process has started → aborted, and the process makes the next send', async (t) => {
    const receiver = await startReceiver(t);
    const { send } = poisonable(t);
    let asked = 0;
    const mayBegin = () => (asked += 1) > 1;
    assert.deepEqual(await send(receiver.url, {}, { mayBegin }), { kind: 'aborted' });
    assert.equal(receiver.received.length, 0);
    assertResponse(await send(receiver.url, {}, { mayBegin }));
    assert.deepEqual([asked, new Set(processesOf(receiver)).size], [2, 1]);
  });

  test('SIGINT, SIGTERM and SIGHUP in the middle of a send → it goes on', async (t) => {
    let answer = () => {};
    const receiver = await startReceiver(
      t,
      (_request, response) => (answer = () => response.end('ok')),
    );
    const sending = poisonable(t).send(receiver.url);
    const [pid] = await until(
      'the request',
      () => receiver.received.length > 0 && processesOf(receiver),
    );
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.kill(pid as number, signal);
    answer();
    assertResponse(await sending);
  });

  test('aborted in the middle of a send → aborted, and the process is killed', async (t) => {
    const receiver = await startReceiver(t, () => {});
    const abort = new AbortController();
    const sending = poisonable(t).send(receiver.url, {}, { signal: abort.signal });
    await until('the request', () => receiver.received.length > 0);
    abort.abort();
    assert.deepEqual(await sending, { kind: 'aborted' });
    await untilGone(processesOf(receiver));
  });

  test('aborted before, or while the process starts → aborted, and nothing is sent', async (t) => {
    const receiver = await startReceiver(t);
    const { send } = isolated(t);
    assert.deepEqual(await send(receiver.url, {}, { signal: AbortSignal.abort() }), {
      kind: 'aborted',
    });
    const abort = new AbortController();
    const sending = send(receiver.url, {}, { signal: abort.signal });
    abort.abort();
    assert.deepEqual(await sending, { kind: 'aborted' });
    assertResponse(await send(receiver.url));
    assert.equal(receiver.received.length, 1);
  });

  test('closed in the middle of a send → aborted, the process is gone, and nothing is sent any more', async (t) => {
    const receiver = await startReceiver(t, () => {});
    const { send, close } = poisonable(t);
    const sending = send(receiver.url);
    await until('the request', () => receiver.received.length > 0);
    close();
    assert.deepEqual(await sending, { kind: 'aborted' });
    assert.deepEqual(await send(receiver.url), { kind: 'aborted' });
    await untilGone(processesOf(receiver));
  });

  for (const [when, poison] of [
    ['in the middle of a send', ''],
    ['while its process is busy for ever', 'block'],
  ] as const) {
    test(`the parent is killed ${when} → the process ends`, async (t) => {
      const receiver = await startReceiver(t, poison === '' ? () => {} : poisonFirst(poison));
      const parent = spawn(process.execPath, [PARENT, receiver.url], {
        env: { NODE_OPTIONS: `--import=${POISONABLE}` },
        stdio: 'ignore',
      });
      t.after(() => parent.kill('SIGKILL'));
      const pids = await until(
        'the request',
        () => receiver.received.length > 0 && processesOf(receiver),
      );
      assert.notEqual(pids[0], parent.pid);
      if (poison !== '')
        await until('it is busy', async () => (await nameOf(pids[0])) === 'blocked');
      parent.kill('SIGKILL');
      await untilGone(pids);
    });
  }
});

test(`more sends than processes → ${POOL_SIZE} at a time, the others in their order, and their time does not run while they wait`, async (t) => {
  const answers: (() => void)[] = [];
  const receiver = await startReceiver(
    t,
    (_request, response) => void answers.push(() => response.end()),
  );
  const { send, close } = isolated(t);
  const first = Array.from({ length: POOL_SIZE }, (_one, i) =>
    send(`${receiver.url}/${i}`, {}, { timeoutMs: 60_000 }),
  );
  const abort = new AbortController();
  const leaving = send(`${receiver.url}/leaving`, {}, { signal: abort.signal });
  const second = ['a', 'b'].map((name) => send(`${receiver.url}/${name}`, {}, { timeoutMs: 2000 }));
  const last = send(`${receiver.url}/last`);
  await until('all processes busy', () => receiver.received.length === POOL_SIZE);
  abort.abort();
  assert.deepEqual(await leaving, { kind: 'aborted' });
  // Longer than those that wait may take.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assert.equal(receiver.received.length, POOL_SIZE);

  answers.shift()?.();
  for (const path of ['/a', '/b', '/last']) {
    await until(path, () => receiver.received.at(-1)?.path === path);
    if (path !== '/last') answers.pop()?.();
  }
  for (const exchange of await Promise.all(second)) assertResponse(exchange);
  close();
  assert.deepEqual(await last, { kind: 'aborted' });
  const ends = (await Promise.all(first)).map(({ kind }) => kind);
  assert.deepEqual(ends.toSorted(), [
    ...Array.from({ length: POOL_SIZE - 1 }, () => 'aborted'),
    'response',
  ]);
});

/** Sends to each target from this process and from one of its own. */
async function assertSame(
  t: TestContext,
  targets: { url: string; timeoutMs?: number }[],
  options: Partial<SenderOptions> = {},
): Promise<void> {
  const [direct, apart] = [sender(t, options), isolated(t, options)];
  for (const { url, timeoutMs = 10_000 } of targets) {
    const expected = await direct.send(url, {}, { timeoutMs });
    assert.deepEqual(timeless(await apart.send(url, {}, { timeoutMs })), timeless(expected), url);
  }
}

/** Without what differs from one send to the next. */
function timeless(exchange: Exchange): unknown {
  return { ...exchange, durationMs: 0 };
}

function isolated(t: TestContext, options: Partial<SenderOptions> = {}) {
  return sender(t, options, (all) => new ProcessPool(all));
}

/** Its processes tell who they are, and can be poisoned. */
function poisonable(t: TestContext, flags = '') {
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `--import=${POISONABLE} ${flags}`;
  t.after(() => {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  });
  return isolated(t);
}

/** Poison, and then good answers. */
function poisonFirst(poison: string): Answer {
  let answered = 0;
  return (_request, response) => {
    answered += 1;
    if (answered === 1) response.setHeader('X-Poison', poison);
    response.end('ok');
  };
}

function processesOf({ received }: Receiver): number[] {
  return received.map(({ headers }) => Number(headers['x-process']));
}

/** What a process says that it is called; undefined where that is not to be had. */
async function nameOf(pid = 0): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.split('\0')[0];
}

async function untilGone(pids: Iterable<number>): Promise<void> {
  for (const pid of pids) await until(`process ${pid} gone`, () => !isRunning(pid));
}
