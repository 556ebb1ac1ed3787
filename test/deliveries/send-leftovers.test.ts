import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { startRawServer, startTcpServer } from '../setup/raw-server.ts';
import { until } from '../setup/until.ts';
import { sender } from './sending.ts';

const HOSTILE: ((socket: Socket) => unknown)[] = [
  (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more'),
  (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc'),
  (socket) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n${'x'.repeat(500_000)}`),
  (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
  (socket) => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(50)),
  (socket) => socket.write(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(100_000)}\r\n`),
  (socket) => socket.write('this is not HTTP\r\n\r\n'),
  (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'),
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.end(),
  () => {},
];

test('400 sends to hostile endpoints, and some aborted → no connection, socket or timer is left', async (t) => {
  let served = 0;
  const server = await startRawServer(t, (socket) => HOSTILE[served++ % HOSTILE.length]?.(socket));
  const { send, close } = sender(t);
  const before = resources();

  const exchanges = await Promise.all(
    Array.from({ length: 400 }, (_one, i) => {
      const signal = i % 10 === 0 ? AbortSignal.timeout(300) : new AbortController().signal;
      return send(i % 20 === 1 ? 'http://127.0.0.1:1/' : server.url, {}, { timeoutMs: 1000, signal });
    }),
  );
  assert.deepEqual([...new Set(exchanges.map(({ kind }) => kind))].sort(), ['aborted', 'failure', 'response']);
  close();

  await until('all connections closed', () => server.open.size === 0);
  await until(`the resources of before; left: ${resources().join()}`, () => resources().join() === before.join(), 5000);
});

test('answered before a large request was read whole, and never read on → the connection does not outlive the send', async (t) => {
  const server = await startTcpServer(t, (socket) =>
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
    }),
  );
  const { send } = sender(t);
  const exchange = await send(server.url, { body: 'x'.repeat(32 * 1024 * 1024) });
  assert.equal(exchange.kind, 'response');
  // The server does not read, so it does not see the end: its own socket is the one that stays.
  await until('our socket closed', () => resources().filter((one) => one === 'TCPSocketWrap').length === 1, 3000);
});

/** What keeps this process alive on the network and in time. */
function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((one) => /TCP|Timeout|Immediate|TLS|GetAddrInfo/.test(one))
    .sort();
}
