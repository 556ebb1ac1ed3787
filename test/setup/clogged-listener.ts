import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { workerData } from 'node:worker_threads';

/**
 * The thread of a listener. It tells its port and sleeps until it is told to open: nobody accepts
 * connections until then, and the short queue for them is soon full.
 */
const { host, port, state } = workerData as { host: string; port: number; state: Int32Array };
const server = createServer((request, response) => {
  request.resume();
  response.end('late');
});
server.listen({ host, port, backlog: 1 }, () => {
  Atomics.store(state, 1, (server.address() as AddressInfo).port);
  Atomics.wait(state, 0, 0);
});
