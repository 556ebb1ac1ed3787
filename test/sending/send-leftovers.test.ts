import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchLeftovers } from '../setup/leftovers.ts';
import { startTcpServer } from '../setup/raw-server.ts';
import { until } from '../setup/until.ts';
import { sender } from './sending.ts';

test('answered before a large request was read whole, and never read on → the connection does not outlive the send', async (t) => {
  const server = await startTcpServer(t, (socket) =>
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
    }),
  );
  const { send } = sender(t);
  const leftovers = watchLeftovers();
  const before = leftovers();
  const exchange = await send(server.url, { body: 'x'.repeat(32 * 1024 * 1024) });
  assert.equal(exchange.kind, 'response');
  // The server does not read, so it does not see the end: its own socket is the one that stays.
  await until('our socket closed', () => leftovers().sockets === before.sockets + 1, 3000);
});
