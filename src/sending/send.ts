import type { ClientRequest, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import got, { type Got, type Request as GotStream } from 'got';
import { whyUnsendable } from '../webhooks/webhook-url.ts';
import { createAgents, type Proxy } from './connecting/agents.ts';
import { readLeniently } from './reading/lenient-reading.ts';
import { localFault } from './local-fault.ts';
import type { Resolve } from './connecting/lookup.ts';
import { outboundObjection, type Objection, type OutboundRules } from './connecting/outbound.ts';
import { Outgoing } from './outgoing.ts';
import type { WebhookRequest } from './request.ts';
import { describeFailure, type FailureReason } from './failure.ts';
import { SendError } from './send-error.ts';
import { MAX_HEADERS, type ResponseHead } from './response-head.ts';
import { writeBody } from './write-body.ts';

/**
 * What came of one send. Two kinds say nothing about the endpoint: `aborted`, we gave it up
 * ourselves, and `local`, this machine could not send, so that nothing reached the endpoint.
 */
export type Exchange =
  | ({ kind: 'response'; body: Buffer; bodyCut: boolean; durationMs: number } & ResponseHead)
  | { kind: 'failure'; reason: FailureReason; message: string; durationMs: number }
  | { kind: 'aborted' }
  | { kind: 'local'; code: string };

/** `timeoutMs` bounds everything from the name lookup to the last byte of the body. */
export type SendLimits = { timeoutMs: number; signal: AbortSignal };

/** Posts webhooks. Whatever the remote side does is a value, not a throw. */
export type Sender = {
  send(request: WebhookRequest, limits: SendLimits): Promise<Exchange>;
  close(): void;
};

/** Interim answers (1xx) cost the other side nothing: after this many we give up. */
const MAX_INTERIM_ANSWERS = 8;

/** Of names and values of headers, and of those of trailers. Cookies fill 20 KB in the field. */
const MAX_HEAD_BYTES = 64 * 1024;

/** setTimeout fires at once above this. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

export type SenderOptions = {
  /** How much of a response's body is kept. */
  bodyLimitBytes: number;
  outbound: OutboundRules;
  /** Name look-ups that the process can make at a time. */
  lookupThreads: number;
  proxy?: Proxy | undefined;
};

/**
 * A sender with idle connections of its own that connects only where it may. Names are looked up
 * the system's way unless `resolve` is given.
 */
export function createSender(
  { bodyLimitBytes, outbound, lookupThreads, proxy }: SenderOptions,
  resolve?: Resolve,
): Sender {
  const objection = outboundObjection(outbound);
  const { pooled, fresh } = createAgents({ objection, lookupThreads, proxy, resolve });
  const client = got.extend({
    isStream: true,
    method: 'POST',
    headers: { 'user-agent': 'postmand' },
    agent: pooled,
    // A signed body must not follow a Location that the webhook's owner never registered.
    followRedirect: false,
    throwHttpErrors: false,
    // Stored as it came, so that a small answer cannot unfold into a large one.
    decompress: false,
    maxHeaderSize: MAX_HEAD_BYTES,
    retry: { limit: 0 },
  });

  return {
    async send(request, { timeoutMs, signal }) {
      const startedAt = performance.now();
      const deadline = startedAt + Math.min(timeoutMs, MAX_TIMER_MS);
      const once = { request, timeoutMs, deadline, signal, bodyLimitBytes };
      if (signal.aborted) return { kind: 'aborted' };
      let end = refusedUrl(request.url, objection) ?? (await exchange(client, once));
      // A server that closes an idle connection just as we use it has not seen the request (RFC
      // 9112, section 9.3.1).
      if (end.kind === 'error' && end.stale)
        end = await exchange(client.extend({ agent: fresh }), once);
      if (end.kind === 'aborted') return end;
      const durationMs = Math.round(performance.now() - startedAt);
      if (end.kind === 'response') return { ...end, durationMs };
      const code = localFault(end.error);
      if (code !== undefined) return { kind: 'local', code };
      return {
        kind: 'failure',
        ...describeFailure(end.error, { url: request.url, timeoutMs, proxyUrl: proxy?.url }),
        durationMs,
      };
    },
    close() {
      for (const agent of [pooled.http, pooled.https, fresh.http, fresh.https]) agent.destroy();
    },
  };
}

type Once = {
  request: WebhookRequest;
  timeoutMs: number;
  deadline: number;
  signal: AbortSignal;
  bodyLimitBytes: number;
};

type End =
  | ({ kind: 'response'; body: Buffer; bodyCut: boolean } & ResponseHead)
  | { kind: 'error'; error: unknown; stale?: boolean }
  | { kind: 'aborted' };

/**
 * Sockets look up names only: an address in the URL itself is judged here. URLs write it in one
 * form, whatever was typed.
 */
function refusedUrl(url: string, objection: Objection): End | undefined {
  const fault = whyUnsendable(url);
  if (fault !== undefined) return { kind: 'error', error: new SendError('UNSENDABLE', fault) };
  const host = URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const reason = isIP(host) === 0 ? undefined : objection(host);
  return reason === undefined
    ? undefined
    : { kind: 'error', error: new SendError('NOT_ALLOWED', reason) };
}

/**
 * Sends once and settles at the first of: whole response, body limit, error, deadline, abort. A
 * complete response counts, whatever comes with it or after it. Then nothing of all this remains.
 */
function exchange(client: Got, { request, deadline, signal, bodyLimitBytes }: Once): Promise<End> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: 'aborted' });
    let stream: GotStream | undefined;
    let response: IncomingMessage | undefined;
    const outgoing = new Outgoing(deadline);
    const body = new CappedBody(bodyLimitBytes);

    const finish = (end: End) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      outgoing.end();
      // What still comes is of no interest, and an error without a listener would end the process.
      stream?.removeAllListeners().on('error', () => {});
      if (end.kind !== 'response' || end.bodyCut || !outgoing.isWritten) stream?.destroy();
      resolve(end);
    };
    const finishUnlessAnswered = (end: End) =>
      finish(response?.complete ? responded(response, body) : end);
    const onAbort = () => finishUnlessAnswered({ kind: 'aborted' });
    const onDeadline = () =>
      finishUnlessAnswered({ kind: 'error', error: new SendError('TIMEOUT') });
    const onError = (error: unknown) => {
      const end = failed(error, outgoing, response);
      // got reads no more after an error; Node.js still passes on what has come.
      if (response?.complete && !response.closed)
        response.once('close', () => finishUnlessAnswered(end));
      else finishUnlessAnswered(end);
    };
    const timer = setTimeout(onDeadline, deadline - performance.now());
    signal.addEventListener('abort', onAbort, { once: true });

    const bytes = Buffer.from(request.body);
    const headers = {
      ...Object.fromEntries(request.headers),
      'content-length': String(bytes.length),
    };
    try {
      stream = client.stream(request.url, { headers, request: outgoing.start });
    } catch (error) {
      return finish({ kind: 'error', error });
    }
    stream.on('request', (made: ClientRequest) => {
      made.maxHeadersCount = MAX_HEADERS + 1;
      made.once('socket', readLeniently);
      refuseInterim(made, (error) => finish({ kind: 'error', error }));
    });
    stream.on('response', (started: IncomingMessage) => {
      response = started;
      started.on('data', (chunk: Buffer) => {
        if (body.cut) return;
        body.add(chunk);
        if (body.cut) finish(responded(started, body));
      });
    });
    stream.on(
      'end',
      () =>
        response &&
        outgoing.whenOver(response, () => response && finish(responded(response, body))),
    );
    stream.on('error', onError);
    stream.resume();
    writeBody(stream, bytes);
  });
}

/**
 * Refuses what comes in place of an answer: interim answers without an end, and another protocol.
 */
function refuseInterim(made: ClientRequest, refuse: (error: SendError) => void): void {
  let interim = 0;
  made.on(
    'information',
    () => ++interim > MAX_INTERIM_ANSWERS && refuse(new SendError('INTERIM_FLOOD')),
  );
  made.on('upgrade', (_head, socket) => {
    socket.destroy();
    refuse(new SendError('UPGRADE'));
  });
}

function responded(response: IncomingMessage, body: CappedBody): End {
  const { httpVersion, statusCode = 0, statusMessage = '', rawHeaders } = response;
  return {
    kind: 'response',
    httpVersion,
    status: statusCode,
    reason: statusMessage,
    rawHeaders,
    body: body.bytes(),
    bodyCut: body.cut,
  };
}

function failed(
  error: unknown,
  { isReused }: Outgoing,
  response: IncomingMessage | undefined,
): End {
  const code = (error as { code?: unknown }).code;
  const stale = isReused && response === undefined && (code === 'ECONNRESET' || code === 'EPIPE');
  return { kind: 'error', error, stale };
}

/** Keeps the first bytes of a body up to a limit, and whether there were more. */
class CappedBody {
  cut = false;
  readonly #chunks: Buffer[] = [];
  #room: number;

  constructor(limitBytes: number) {
    this.#room = limitBytes;
  }

  add(chunk: Buffer): void {
    this.cut ||= chunk.length > this.#room;
    // Copied where it is cut: a slice would keep the whole chunk in memory.
    this.#chunks.push(
      chunk.length > this.#room ? Buffer.from(chunk.subarray(0, this.#room)) : chunk,
    );
    this.#room = Math.max(0, this.#room - chunk.length);
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
  }
}
