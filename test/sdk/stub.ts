import { readFileSync } from 'node:fs';
import type { Cleanup } from '../setup/last-first.ts';
import { startReceiver, type Answer, type Received, type Receiver } from '../setup/receiver.ts';

const { components } = JSON.parse(
  readFileSync(new URL('../../src/http/openapi.json', import.meta.url), 'utf8'),
) as { components: { examples: { Delivery: { value: object } } } };
const DELIVERY = components.examples.Delivery.value;

type Response = Parameters<Answer>[1];

export type Stub = {
  url: string;
  received: Receiver['received'];
  count(state: string): number;
  /** The keys of the requests that came in a state, in their order. */
  keys(state: string): (string | undefined)[];
};

/**
 * A service in a bad state. The first part of the path says which; what follows it is the API's own
 * path, so a client is pointed at `url/busy-twice/v1`. A state may have a suffix to be counted
 * apart: `busy-twice-2`. In the state `cutting` it sends requests on to the `service`.
 */
export async function startStub(t: Cleanup, service: string): Promise<Stub> {
  const seen = new Map<string, number>();
  const { url, received } = await startReceiver(t, (request, response) => {
    const state = request.path.split('/')[1] ?? '';
    const number = (seen.get(state) ?? 0) + 1;
    seen.set(state, number);
    if (state.startsWith('cutting')) return void cutting(request, response, { service, number });
    const answer = Object.entries(STATES).find(([name]) => state.startsWith(name))?.[1];
    if (answer === undefined) throw new Error(`There is no state ${state}.`);
    answer(request, response, number);
  });
  const keys = (state: string) =>
    received
      .filter(({ path }) => path.startsWith(`/${state}/`))
      .map(({ headers }) => headers['idempotency-key'] as string | undefined);
  return { url, received, count: (state) => seen.get(state) ?? 0, keys };
}

// The longer names first: the first that fits is taken.
const STATES: Record<string, Answer> = {
  'busy-twice': (request, response, number) =>
    number <= 2 ? busy(request, response, number) : void response.writeHead(204).end(),
  busy: (request, response, number) => busy(request, response, number),
  broken: (_request, response) =>
    json(response, 500, { code: 1, message: 'internal server error' }),
  proxy: (_request, response) =>
    void response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad Gateway</h1>'),
  'silent-once': (request, response, number) => {
    if (number > 1) created(request, response);
  },
  silent: () => {},
  // Three answers that do not say whether the delivery was created, then one that does.
  lossy: (request, response, number) => {
    if (number === 1) response.destroy();
    else if (number === 2) cut(response);
    else if (number === 3) inUse(response);
    else created(request, response);
  },
  fine: (_request, response) => void response.writeHead(204).end(),
  // Five deliveries in pages of version 2.1.
  'offset-only': (request, response) => {
    const query = new URL(request.path, 'http://stub').searchParams;
    if (query.has('cursor')) return json(response, 400, { code: 4, message: 'unknown parameter' });
    const [limit, offset] = [Number(query.get('limit') ?? 50), Number(query.get('offset') ?? 0)];
    const all = Array.from({ length: 5 }, (_, i) => ({ ...DELIVERY, id: `delivery-${i}` }));
    json(response, 200, { deliveries: all.slice(offset, offset + limit), limit, offset });
  },
};

/**
 * Cuts the answers of the service that is there: the first before it begins, the second within its
 * body.
 */
async function cutting(
  request: Received,
  response: Response,
  { service, number }: { service: string; number: number },
): Promise<void> {
  const answer = await fetch(request.path.replace(/^\/[^/]+\/v1/, service), {
    method: request.method,
    headers: {
      'Content-Type': 'application/json',
      'Idempotency-Key': String(request.headers['idempotency-key']),
    },
    body: request.body,
  });
  const text = await answer.text();
  if (number === 1) response.destroy();
  else if (number === 2) cut(response, answer.status);
  else response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(text);
}

function cut(response: Response, status = 201): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': '100' });
  response.write('{"id": ', () => response.destroy());
}

function inUse(response: Response): void {
  response.setHeader('Retry-After', '0');
  json(response, 409, { code: 26, message: 'idempotency key in use' });
}

function created(request: Received, response: Response): void {
  json(response, 201, { ...DELIVERY, id: String(request.headers['idempotency-key']) });
}

function busy(...[, response]: Parameters<Answer>): void {
  response.setHeader('Retry-After', '0');
  json(response, 503, { code: 12, message: 'service unavailable' });
}

function json(response: Response, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
