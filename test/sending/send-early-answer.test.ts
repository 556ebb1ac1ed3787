import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
} from 'node:tls';
import { until } from '../setup/until.ts';
import { SELF_SIGNED } from './self-signed.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

/** More than the buffers of a connection on loopback take. */
const LARGE = 'x'.repeat(20_000_000);

const SENDS = 20;

function answer(status: number, { body = 'ok', connection = 'close' } = {}): string {
  return `HTTP/1.1 ${status} Word\r\nConnection: ${connection}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

suite('answered and closed before the request is read', () => {
  for (const scheme of ['http', 'https'] as const) {
    for (const status of [200, 400, 413]) {
      for (const bytes of [200_000, 2_000_000]) {
        test(`${scheme}, a complete ${status}, ${bytes} bytes of payload → ${SENDS} of ${SENDS} times the answer`, async (t) => {
          const server = await startEarly(t, scheme, (socket) =>
            socket.write(answer(status), () => socket.destroy()),
          );
          const { send } = sender(t);
          for (let i = 0; i < SENDS; i += 1) {
            const exchange = await send(server.url, { body: LARGE.slice(0, bytes) });
            assertResponse(exchange);
            assert.deepEqual([exchange.status, exchange.body.toString()], [status, 'ok']);
          }
        });
      }
    }
  }

  test('before any of the request has come → the answer', async (t) => {
    const server = await startTcp(t, createServer(), (socket) =>
      socket.write(answer(503), () => socket.destroy()),
    );
    for (let i = 0; i < SENDS; i += 1) {
      const exchange = await sender(t).send(server.url, { body: LARGE });
      assertResponse(exchange);
      assert.equal(exchange.status, 503);
    }
  });

  test('an answer that is longer than what is read at a time → all of it', async (t) => {
    const body = 'y'.repeat(60_000);
    const server = await startEarly(t, 'http', (socket) =>
      socket.write(answer(200, { body }), () => socket.resetAndDestroy()),
    );
    const exchange = await sender(t).send(server.url, { body: LARGE });
    assertResponse(exchange);
    assert.equal(exchange.body.toString(), body);
  });

  test('a part of an answer → reset, without a wait', async (t) => {
    const part = answer(200).slice(0, -1);
    const server = await startEarly(t, 'http', (socket) =>
      socket.write(part, () => socket.resetAndDestroy()),
    );
    const exchange = await sender(t).send(server.url, { body: LARGE });
    assertFailure(exchange, 'reset', /^connection (reset|closed) before a complete response$/);
    assert.ok(exchange.durationMs < 5000, `${exchange.durationMs} ms`);
  });

  test('a part of an answer, and a reset while the rest is sent → reset, without a wait', async (t) => {
    const part = answer(200).slice(0, -1);
    const server = await startEarly(t, 'http', (socket) => {
      socket.write(part);
      setTimeout(() => socket.resetAndDestroy(), 100);
    });
    const exchange = await sender(t).send(server.url, { body: 'x'.repeat(8_000_000) });
    assertFailure(exchange, 'reset', /^connection (reset|closed) before a complete response$/);
    assert.ok(exchange.durationMs < 5000, `${exchange.durationMs} ms`);
  });

  test('no answer → reset, without a wait', async (t) => {
    const server = await startEarly(t, 'http', (socket) => socket.resetAndDestroy());
    const exchange = await sender(t).send(server.url, { body: LARGE });
    assertFailure(exchange, 'reset', /^connection (reset|closed) before a complete response$/);
    assert.ok(exchange.durationMs < 5000, `${exchange.durationMs} ms`);
  });
});

suite('answered before the request is read, and the connection kept', () => {
  test('200, and all is read later → the rest was sent, and the connection serves the next send', async (t) => {
    const server = await startEarly(t, 'http', (socket) => {
      socket.write(answer(200, { connection: 'keep-alive' }));
      setTimeout(() => socket.resume(), 100);
    });
    const { send } = sender(t);
    assertResponse(await send(server.url, { body: LARGE }));
    await until('all was read', () => server.bytes() > LARGE.length);
    assertResponse(await send(server.url));
    assert.equal(server.connections(), 1);
  });

  test('200, and the rest is never read → the answer, at the timeout, and the connection is closed', async (t) => {
    const server = await startEarly(t, 'http', (socket) =>
      socket.write(answer(200, { connection: 'keep-alive' })),
    );
    const exchange = await sender(t).send(server.url, { body: LARGE }, { timeoutMs: 500 });
    assertResponse(exchange);
    assert.equal(exchange.status, 200);
    assert.ok(
      exchange.durationMs >= 490 && exchange.durationMs < 3000,
      `${exchange.durationMs} ms`,
    );
    await until('the connection closed', () => server.resumeAll().open === 0, 2000);
  });

  test('413 → at once the answer, and the connection is closed: the next send has a new one', async (t) => {
    const server = await startEarly(t, 'http', (socket) =>
      socket.write(answer(413, { connection: 'keep-alive' })),
    );
    const { send } = sender(t);
    for (const connections of [1, 2]) {
      const exchange = await send(server.url, { body: LARGE }, { timeoutMs: 60_000 });
      assertResponse(exchange);
      assert.equal(exchange.status, 413);
      assert.equal(server.connections(), connections);
    }
    await until('the connections closed', () => server.resumeAll().open === 0, 2000);
  });

  test('200, and reset while the rest is sent → the answer, without a wait', async (t) => {
    const server = await startEarly(t, 'http', (socket) => {
      socket.write(answer(200, { connection: 'keep-alive' }));
      setTimeout(() => socket.resetAndDestroy(), 100);
    });
    const exchange = await sender(t).send(server.url, { body: LARGE });
    assertResponse(exchange);
    assert.ok(exchange.durationMs < 5000, `${exchange.durationMs} ms`);
  });

  test('200, and given up while the rest is sent → the answer', async (t) => {
    const abort = new AbortController();
    const server = await startEarly(t, 'http', (socket) => {
      socket.write(answer(200, { connection: 'keep-alive' }));
      setTimeout(() => abort.abort(), 100);
    });
    assertResponse(await sender(t).send(server.url, { body: LARGE }, { signal: abort.signal }));
  });
});

/**
 * Calls `onHead` when a request begins, and reads no more of a connection once its first one has.
 */
function startEarly(t: TestContext, scheme: 'http' | 'https', onHead: (socket: Socket) => void) {
  const server = scheme === 'http' ? createServer() : createTlsServer(SELF_SIGNED);
  if (scheme === 'https') trustSelfSigned(t);
  return startTcp(t, server, (socket) => {
    const onRequest = (number: number) => {
      if (number === 1) socket.pause();
      onHead(socket);
    };
    let requests = 0;
    socket.on(
      'data',
      (chunk: Buffer) => chunk.includes('POST / HTTP/1.1') && onRequest((requests += 1)),
    );
  });
}

async function startTcp(t: TestContext, server: Server, onConnection: (socket: Socket) => void) {
  const open = new Set<Socket>();
  let [bytes, connections] = [0, 0];
  const isTls = 'setSecureContext' in server;
  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    url: `${isTls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    bytes: () => bytes,
    connections: () => connections,
    /** A socket that is not read does not learn that its connection was closed. */
    resumeAll: () => {
      for (const socket of open) socket.resume();
      return { open: open.size };
    },
  };
}

function trustSelfSigned(t: TestContext): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, SELF_SIGNED.cert]);
  t.after(() => setDefaultCACertificates(before));
}
