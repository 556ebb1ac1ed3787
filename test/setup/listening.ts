import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lastFirst, type Cleanup } from './last-first.ts';

/**
 * Starts a server on a free port of loopback; it and its connections go after the test. @returns
 * the port
 */
export async function listening(t: Cleanup, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  lastFirst(t).after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
