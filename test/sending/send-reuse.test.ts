import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { suite, test } from 'node:test';
import { startRawServer } from '../setup/raw-server.ts';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

test('sends one after the other → one connection', async (t) => {
  const server = await startRawServer(t, (socket) => socket.write(OK));
  const { send } = sender(t);
  for (let i = 0; i < 20; i += 1) assertResponse(await send(server.url));
  assert.equal(server.requests.length, 20);
  assert.equal(server.connections(), 1);
});

test('sends at the same time → a connection each', async (t) => {
  const waiting: Socket[] = [];
  const server = await startRawServer(t, (socket) => {
    waiting.push(socket);
    if (waiting.length === 5) for (const one of waiting) one.write(OK);
  });
  const { send } = sender(t);
  for (const exchange of await Promise.all([1, 2, 3, 4, 5].map(() => send(server.url))))
    assertResponse(exchange);
  assert.equal(server.connections(), 5);
});

for (const how of ['closed', 'reset'] as const) {
  test(`an idle connection ${how} just as it is reused → sent again on a new one, no failure`, async (t) => {
    const server = await startRawServer(t, (socket, number) => {
      if (number !== 2) return void socket.write(OK);
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    });
    const { send } = sender(t);
    assertResponse(await send(server.url));
    const second = await send(server.url, { body: 'again' });

    assertResponse(second);
    assert.equal(server.requests.length, 3);
    assert.equal(server.requests[2]?.split('\r\n\r\n')[1], 'again');
    assert.equal(server.connections(), 2);
  });
}

test('a server that closes idle connections while we send on them, 300 times → no failure', async (t) => {
  // Closing after 1 ms meets the next request on its way.
  const server = await startRawServer(t, (socket) => {
    socket.write(OK);
    setTimeout(() => socket.destroy(), 1);
  });
  const { send } = sender(t);
  for (let i = 0; i < 300; i += 1) {
    const exchange = await send(server.url, { body: String(i) });
    assertResponse(exchange);
    await new Promise((resolve) => setTimeout(resolve, i % 3));
  }
});

test('the connection made for the second try breaks too → a failure, no third try', async (t) => {
  const server = await startRawServer(t, (socket, number) => {
    if (number === 1) socket.write(OK);
    else socket.resetAndDestroy();
  });
  const { send } = sender(t);
  assertResponse(await send(server.url));
  assertFailure(await send(server.url), 'reset', /^connection reset before a complete response$/);
  assert.equal(server.requests.length, 3);
});

test('a reused connection that breaks after the answer began → a failure, not sent again', async (t) => {
  const server = await startRawServer(t, (socket, number) => {
    if (number === 1) return void socket.write(OK);
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n', () =>
      setImmediate(() => socket.resetAndDestroy()),
    );
  });
  const { send } = sender(t);
  assertResponse(await send(server.url));
  assertFailure(
    await send(server.url),
    'reset',
    /^connection (reset|closed) before a complete response$/,
  );
  assert.equal(server.requests.length, 2);
});

test('Connection: close → a new connection for the next send', async (t) => {
  const server = await startRawServer(t, (socket) =>
    socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
  );
  const { send } = sender(t);
  assertResponse(await send(server.url));
  assertResponse(await send(server.url));
  assert.equal(server.connections(), 2);
});

test('the sender is closed → its idle connections are gone', async (t) => {
  const server = await startRawServer(t, (socket) => socket.write(OK));
  const { send, close } = sender(t);
  assertResponse(await send(server.url));
  close();
  await until('the connection closed', () => server.open.size === 0, 1000);
});

suite('idle connections', { concurrency: true }, () => {
  test('an idle connection → closed by us after a few seconds', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(OK));
    assertResponse(await sender(t).send(server.url));
    assert.equal(server.open.size, 1);
    const idleSince = performance.now();
    await until('the connection closed', () => server.open.size === 0);
    const idleMs = performance.now() - idleSince;
    assert.ok(idleMs > 1000 && idleMs < 8000, `closed after ${idleMs} ms`);
  });

  test('an answer slower than idle connections live (4 s) but within the timeout → a response', async (t) => {
    const receiver = await startReceiver(
      t,
      (_request, response) => void setTimeout(() => response.end('late'), 5000),
    );
    const exchange = await sender(t).send(receiver.url);
    assertResponse(exchange);
    assert.equal(exchange.body.toString(), 'late');
    assert.ok(exchange.durationMs >= 4900);
  });
});
