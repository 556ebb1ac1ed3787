import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Cleanup } from './last-first.ts';
import { listening } from './listening.ts';

type Asked = { method: string; target: string; authorization: string | undefined };

/**
 * A forward proxy (RFC 9110, section 9.3.6 for CONNECT) that sends everything on to one port of
 * this machine.
 */
export async function startProxy(
  t: Cleanup,
  port: number,
  { tunnelStatus = 200, tunnelAfterMs = 0 } = {},
): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const note = (request: IncomingMessage) =>
    asked.push({
      method: request.method ?? '',
      target: request.url ?? '',
      authorization: request.headers['proxy-authorization'],
    });
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    note(request);
    request.resume();
    response.end('by the proxy');
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', (request: IncomingMessage, near: Socket) => {
    note(request);
    near.on('error', () => {});
    if (tunnelStatus !== 200) return void near.end(`HTTP/1.1 ${tunnelStatus} No\r\n\r\n`);
    const far = connect(port, '127.0.0.1', () => {
      setTimeout(() => {
        near.write('HTTP/1.1 200 OK\r\n\r\n');
        near.pipe(far).pipe(near);
      }, tunnelAfterMs);
    });
    far.on('error', () => near.destroy());
    sockets.add(far);
  });
  const url = `http://u:hunter2@localhost:${await listening(t, server)}`;
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { url, asked };
}
