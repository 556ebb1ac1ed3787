import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Resolve } from '../../src/sending/connecting/lookup.ts';
import { HttpSender, type SenderOptions } from '../../src/sending/send.ts';
import { startClogged } from '../setup/clogged.ts';
import { until } from '../setup/until.ts';
import { SELF_SIGNED } from './self-signed.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

suite('a name with several addresses', () => {
  test('the first is silent, the second answers → answered without a long wait', async (t) => {
    const { port } = await startClogged(t, '127.0.0.2');
    const server = await startAt(t, { host: '127.0.0.3', port });
    const exchange = await sendTo(t, ['127.0.0.2', '127.0.0.3']).send(
      `http://several.test:${port}/`,
    );
    assertResponse(exchange);
    assert.ok(exchange.durationMs < 2000, `${exchange.durationMs} ms`);
    assert.equal(server.requests, 1);
  });

  for (const addresses of [
    ['127.0.0.2', '127.0.0.3'],
    ['127.0.0.3', '127.0.0.2'],
    ['::1', '127.0.0.3'],
    ['127.0.0.3', '::1'],
  ]) {
    const slow = addresses.find((address) => address !== '127.0.0.3') ?? '';
    test(`${addresses.join(' and ')}: ${slow} takes a second, the other one refuses → answered`, async (t) => {
      const { port, open } = await startClogged(t, slow);
      setTimeout(open, 600);
      const exchange = await sendTo(t, addresses).send(`http://several.test:${port}/`);
      assertResponse(exchange);
      assert.equal(exchange.body.toString(), 'late');
    });
  }

  test('the first takes a second, the second refuses, reached without the proxy that there is → answered', async (t) => {
    const { port, open } = await startClogged(t, '127.0.0.2');
    setTimeout(open, 600);
    const proxy = { url: 'http://127.0.0.1:1', except: '*' };
    const exchange = await sendTo(t, ['127.0.0.2', '127.0.0.3'], { proxy }).send(
      `http://several.test:${port}/`,
    );
    assertResponse(exchange);
  });

  test('the first takes a second to connect, the second is silent → the first answers', async (t) => {
    const { port, open } = await startClogged(t, '127.0.0.2');
    await startClogged(t, '127.0.0.3', port);
    setTimeout(open, 600);
    assertResponse(
      await sendTo(t, ['127.0.0.2', '127.0.0.3']).send(`http://several.test:${port}/`),
    );
  });

  test('five are silent, the sixth answers → answered', async (t) => {
    const silent = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'];
    const { port } = await startClogged(t, silent[0] ?? '');
    for (const host of silent.slice(1)) await startClogged(t, host, port);
    await startAt(t, { host: '127.0.0.7', port });
    assertResponse(await sendTo(t, [...silent, '127.0.0.7']).send(`http://several.test:${port}/`));
  });

  test('all are silent → the timeout of the send, and then no connection is tried any more', async (t) => {
    const { port } = await startClogged(t, '127.0.0.2');
    await startClogged(t, '::1', port);
    const before = connectionsOfProcess();
    const exchange = await sendTo(t, ['127.0.0.2', '::1']).send(
      `http://several.test:${port}/`,
      {},
      { timeoutMs: 1500 },
    );
    assertFailure(exchange, 'timeout', /^timeout after 1\.5 s$/);
    assert.ok(
      exchange.durationMs >= 1490 && exchange.durationMs < 3000,
      `${exchange.durationMs} ms`,
    );
    await until('all tries ended', () => connectionsOfProcess() === before, 1000);
  });

  test('given up while two are tried → aborted at once, and then no connection is tried any more', async (t) => {
    const { port } = await startClogged(t, '127.0.0.2');
    await startClogged(t, '127.0.0.3', port);
    const before = connectionsOfProcess();
    const abort = new AbortController();
    const sending = sendTo(t, ['127.0.0.2', '127.0.0.3']).send(
      `http://several.test:${port}/`,
      {},
      { signal: abort.signal },
    );
    await until('two are tried', () => connectionsOfProcess() === before + 2);
    abort.abort();
    assert.deepEqual(await sending, { kind: 'aborted' });
    await until('all tries ended', () => connectionsOfProcess() === before, 1000);
  });

  test('all refuse → refused', async (t) => {
    const { port, close } = await startAt(t, { host: '127.0.0.2', port: 0 });
    await close();
    assertFailure(
      await sendTo(t, ['127.0.0.2', '::1']).send(`http://several.test:${port}/`),
      'refused',
      /^connection refused$/,
    );
  });

  test('addresses of both families → in turn', async (t) => {
    const { port } = await startClogged(t, '127.0.0.2');
    const second = await startAt(t, { host: '::1', port });
    const third = await startAt(t, { host: '127.0.0.3', port });
    assertResponse(
      await sendTo(t, ['127.0.0.2', '127.0.0.3', '::1']).send(`http://several.test:${port}/`),
    );
    assert.deepEqual([second.requests, third.requests], [1, 0]);
  });

  test('one that is not allowed among them → never connected to', async (t) => {
    const { port } = await startClogged(t, '127.0.0.2');
    const denied = await startAt(t, { host: '127.0.0.3', port });
    await startAt(t, { host: '127.0.0.4', port });
    const outbound = { policy: 'internal', allow: [], deny: ['127.0.0.3'] } as const;
    assertResponse(
      await sendTo(t, ['127.0.0.2', '127.0.0.3', '127.0.0.4'], { outbound }).send(
        `http://several.test:${port}/`,
      ),
    );
    assert.equal(denied.connections, 0);
  });

  for (const scheme of ['http', 'https'] as const) {
    test(`${scheme}, the first is slow and then loses → one request, and later sends use its connection`, async (t) => {
      const { port, open } = await startClogged(t, '127.0.0.2');
      const server = await startAt(t, { host: '127.0.0.3', port: port, scheme });
      const { send } = sendTo(t, ['127.0.0.2', '127.0.0.3']);
      for (let i = 0; i < 3; i += 1) assertResponse(await send(`${scheme}://localhost:${port}/`));
      open();
      assert.deepEqual([server.requests, server.connections], [3, 1]);
    });
  }
});

test('one address that takes a second to connect → answered', async (t) => {
  const { port, open } = await startClogged(t, '127.0.0.2');
  setTimeout(open, 600);
  assertResponse(await sendTo(t, ['127.0.0.2']).send(`http://several.test:${port}/`));
});

test('https to a name whose address is silent → the timeout of the send, and then no connection is tried any more', async (t) => {
  const { port } = await startClogged(t, '127.0.0.2');
  const before = connectionsOfProcess();
  const exchange = await sendTo(t, ['127.0.0.2']).send(
    `https://several.test:${port}/`,
    {},
    { timeoutMs: 500 },
  );
  assertFailure(exchange, 'timeout', /^timeout after 0\.5 s$/);
  await until('all tries ended', () => connectionsOfProcess() === before, 1000);
});

/** A sender for which every name has these addresses. */
function sendTo(t: TestContext, addresses: string[], options: Partial<SenderOptions> = {}) {
  const resolve: Resolve = (_name, done) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    setImmediate(done, null, found);
  };
  return sender(t, options, (all) => new HttpSender(all, resolve));
}

type Place = { host: string; port: number; scheme?: 'http' | 'https' };

/** A server that counts what comes. Port 0: any that is free. */
async function startAt(t: TestContext, { host, port, scheme = 'http' }: Place) {
  if (scheme === 'https') trustSelfSigned(t);
  const seen = {
    port,
    requests: 0,
    connections: 0,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
  const server: Server = scheme === 'https' ? createTlsServer(SELF_SIGNED) : createServer();
  server.on('connection', () => (seen.connections += 1));
  server.on('request', (request, response) => {
    seen.requests += 1;
    request.resume();
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  seen.port = (server.address() as AddressInfo).port;
  return seen;
}

function trustSelfSigned(t: TestContext): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, SELF_SIGNED.cert]);
  t.after(() => setDefaultCACertificates(before));
}

/** Those that are open, and those that are being made. */
function connectionsOfProcess(): number {
  return process.getActiveResourcesInfo().filter((one) => one === 'TCPSocketWrap').length;
}
