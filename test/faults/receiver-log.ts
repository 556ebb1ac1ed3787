import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Cleanup } from '../setup/last-first.ts';
import { listening } from '../setup/listening.ts';
import { SETTINGS } from '../setup/settings.ts';

/** One request as the receiver saw it. Times are `performance.now()`. */
export type Arrival = {
  /** The id in its payload. */
  payloadId: string;
  path: string;
  bodyHash: string;
  /** Its signature is that of its body. */
  genuine: boolean;
  /**
   * The id of the process that sent it, where that tells it: one that `poisonable.mjs` was loaded
   * into does.
   */
  process?: number;
  /** What it told of its trace. */
  traceparent?: string;
  at: number;
  /** When the answer was out, or the connection gone. */
  endedAt?: number;
  /** The status answered; undefined where the sender was gone before, or no answer came yet. */
  answered?: number;
};

/** A status, with headers where some are needed. */
export type Reply = number | { status: number; headers: Record<string, string> };

/**
 * What to answer a request with. A promise answers later, or never. `nth` counts the requests of
 * this payload, from 1.
 */
export type Behaviour = (arrival: Arrival, nth: number) => Reply | Promise<Reply>;

export type ReceiverLog = {
  url: string;
  arrivals: Arrival[];
  of(payloadId: string): Arrival[];
  /** Requests that have no answer yet and whose sender is still there. */
  open(): Arrival[];
  /**
   * How requests to a path that starts with `prefix` are answered from now on; the latest rule that
   * fits wins. Without one: 200.
   */
  behave(prefix: string, behaviour: Behaviour): void;
};

export const hashOf = (body: string | Buffer): string =>
  createHash('sha256').update(body).digest('hex');

export const after = (ms: number, status: number): Promise<number> =>
  new Promise((resolve) => setTimeout(resolve, ms, status));

/** A real HTTP server on loopback that keeps what came, when, and how it ended. */
export async function startReceiverLog(t: Cleanup): Promise<ReceiverLog> {
  const arrivals: Arrival[] = [];
  const byPayload = new Map<string, Arrival[]>();
  const rules: { prefix: string; behaviour: Behaviour }[] = [];
  // It never closes a connection that is kept alive: no request is repeated for that reason.
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    const at = performance.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const arrival: Arrival = { ...identify(body, request.headers), path: request.url ?? '', at };
      arrivals.push(arrival);
      const same = byPayload.get(arrival.payloadId) ?? [];
      byPayload.set(arrival.payloadId, [...same, arrival]);
      response.on('close', () => {
        arrival.endedAt = performance.now();
        if (response.writableFinished) arrival.answered = response.statusCode;
      });
      const rule = rules.findLast(({ prefix }) => arrival.path.startsWith(prefix));
      void Promise.resolve(rule?.behaviour(arrival, same.length + 1) ?? 200).then((reply) => {
        const { status, headers } =
          typeof reply === 'number' ? { status: reply, headers: {} } : reply;
        response.writeHead(status, headers).end('noted');
      });
    });
  });
  const port = await listening(t, server);
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    of: (payloadId) => byPayload.get(payloadId) ?? [],
    open: () => arrivals.filter(({ endedAt }) => endedAt === undefined),
    behave: (prefix, behaviour) => void rules.push({ prefix, behaviour }),
  };
}

function identify(
  body: Buffer,
  headers: IncomingHttpHeaders,
): Pick<Arrival, 'payloadId' | 'bodyHash' | 'genuine' | 'process' | 'traceparent'> {
  const expected = createHmac('sha256', SETTINGS.secret_token).update(body).digest('hex');
  const genuine = headers['x-hub-signature'] === expected;
  const sender = headers['x-process'];
  const { traceparent } = headers;
  return {
    payloadId: payloadIdOf(body.toString()),
    bodyHash: hashOf(body),
    genuine,
    ...(sender === undefined ? {} : { process: Number(sender) }),
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
  };
}

/** The trace of the call that posts a payload with this id. */
export function traceparentOf(payloadId: string): string {
  const hash = hashOf(payloadId);
  return `00-${hash.slice(0, 32)}-${hash.slice(32, 48)}-01`;
}

/** The id that traffic put into a payload, or the payload itself where it is another's. */
export function payloadIdOf(payload: string): string {
  try {
    return (JSON.parse(payload) as { id: string }).id;
  } catch {
    return payload;
  }
}
