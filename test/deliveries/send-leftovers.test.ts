import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { startRawServer, startTcpServer } from '../setup/raw-server.ts';
import { until } from '../setup/until.ts';
import { sender } from './sending.ts';

/** What an endpoint may do to a request, and whether the send ends before its timeout. */
const HOSTILE: { ends: boolean; answer(socket: Socket): unknown }[] = [
  { ends: true, answer: (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok') },
  { ends: true, answer: (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more') },
  { ends: true, answer: (socket) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n${'x'.repeat(500_000)}`) },
  { ends: true, answer: (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n') },
  { ends: true, answer: (socket) => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(50)) },
  { ends: true, answer: (socket) => socket.write(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(100_000)}\r\n`) },
  { ends: true, answer: (socket) => socket.write('this is not HTTP\r\n\r\n') },
  { ends: true, answer: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc') },
  { ends: true, answer: (socket) => socket.resetAndDestroy() },
  { ends: true, answer: (socket) => socket.end() },
  { ends: false, answer: (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc') },
  { ends: false, answer: () => {} },
];

test('400 sends to hostile endpoints, and some aborted → no connection, socket or timer is left', async (t) => {
  const server = await startRawServer(t, (socket, number) => {
    const [, which] = /^POST \/(\d+) /.exec(server.requests[number - 1] ?? '') ?? [];
    HOSTILE[Number(which)]?.answer(socket);
  });
  const { send, close } = sender(t);
  const before = resources();
  const abort = new AbortController();
  const kinds = new Set<string>();

  await Promise.all(
    Array.from({ length: 400 }, async (_one, i) => {
      const which = i % HOSTILE.length;
      const url = i % 20 === 1 ? 'http://127.0.0.1:1/' : `${server.url}/${which}`;
      const aborted = i % 10 === 0;
      const timeoutMs = aborted || HOSTILE[which]?.ends ? 20_000 : 500;
      const signal = aborted ? abort.signal : new AbortController().signal;
      const exchange = await send(url, {}, { timeoutMs, signal });
      kinds.add(exchange.kind);
      if (i === 25) abort.abort();
    }),
  );
  assert.deepEqual([...kinds].sort(), ['aborted', 'failure', 'response']);
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
