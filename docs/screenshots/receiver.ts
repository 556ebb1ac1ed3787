import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Cleanup } from '../../test/setup/last-first.ts';

/** The port of `npm run listen`, as the guides have it; any other one where it is taken. */
const PORT = 9000;

type Answer = (response: ServerResponse, body: string) => void;

/** What the endpoints of the shop answer, by their paths; all others take everything. */
const ANSWERS: Record<string, Answer> = {
  '/warehouse': (response, body) => {
    // Some orders are taken when they come again.
    const { order } = JSON.parse(body) as { order: number };
    if (order % 3 === 0 && isFirst(body)) json(response, 503, { error: 'stock is being counted' });
    else json(response, 200, { reserved: true });
  },
  '/loyalty': (response, body) => {
    const { customer } = JSON.parse(body) as { customer?: string };
    if (customer === 'c-4410') json(response, 422, { error: 'unknown customer', customer });
    else json(response, 200, { points: 12 });
  },
  // Silent: it takes the request, and never answers.
  '/invoices': () => {},
  '/old-crm': (response) => json(response, 410, { error: 'this service has ended' }),
  '/ledger': (response, body) => {
    const { customer } = JSON.parse(body) as { customer?: string };
    if (customer === 'c-1187') json(response, 500, { error: 'no account for c-1187' });
    else json(response, 200, { booked: true });
  },
};

const known = new Set<string>();

function isFirst(body: string): boolean {
  const isNew = !known.has(body);
  known.add(body);
  return isNew;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** The receivers of all webhooks of the shop. @returns where they listen */
export async function startReceiver(t: Cleanup): Promise<string> {
  const server = createServer((request, response) => void answer(request, response));
  const port = await listen(server, PORT).catch(() => listen(server, 0));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${port}`;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await request.setEncoding('utf8').toArray()).join('');
  // It works a little first.
  await setTimeout(20 + (body.length % 7) * 9);
  const own = ANSWERS[request.url ?? ''] ?? ((response) => json(response, 200, { ok: true }));
  own(response, body);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', () => resolve((server.address() as AddressInfo).port));
  });
}
