import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Got, Request as GotStream } from 'got';
import type { Agents } from './connecting/agents.ts';
import { Outgoing } from './outgoing.ts';
import { CappedBody } from './reading/capped-body.ts';
import { readLeniently } from './reading/lenient-reading.ts';
import type { WebhookRequest } from './request.ts';
import { MAX_HEADERS, type ResponseHead } from './response-head.ts';
import { SendError } from './send-error.ts';
import { writeBody } from './write-body.ts';

/** Interim answers (1xx) cost the other side nothing: after this many we give up. */
const MAX_INTERIM_ANSWERS = 8;

/**
 * What is sent, and its bounds. `deadline` is on the clock of `performance.now()`. `agents` are
 * used in place of those of the client.
 */
export type Trip = {
  request: WebhookRequest;
  deadline: number;
  signal: AbortSignal;
  bodyLimitBytes: number;
  agents?: Agents;
};

/**
 * `stale`: the connection had served another request before and was closed before any answer came.
 */
export type End =
  | ({ kind: 'response'; body: Buffer; bodyCut: boolean } & ResponseHead)
  | { kind: 'error'; error: unknown; stale?: boolean }
  | { kind: 'aborted' };

/**
 * Sends once and settles at the first of: whole response, body limit, error, deadline, abort. A
 * complete response counts, whatever comes with it or after it. Afterwards no timer or listener of
 * it remains.
 */
export function sendOnce(client: Got, trip: Trip): Promise<End> {
  if (trip.signal.aborted) return Promise.resolve({ kind: 'aborted' });
  return new Promise((resolve) => new RoundTrip(trip, resolve).open(client));
}

/** One request and its response: opened, written, answered, its body read, ended. */
class RoundTrip {
  readonly #trip: Trip;
  readonly #outgoing: Outgoing;
  readonly #body: CappedBody;
  readonly #onEnd: (end: End) => void;
  readonly #onAbort = () => this.#endUnlessAnswered({ kind: 'aborted' });
  #timer: NodeJS.Timeout | undefined;
  #stream: GotStream | undefined;
  #response: IncomingMessage | undefined;
  #interimAnswers = 0;

  /** Only the first call of `onEnd` counts. */
  constructor(trip: Trip, onEnd: (end: End) => void) {
    this.#trip = trip;
    this.#outgoing = new Outgoing(trip.deadline, trip.request.headers);
    this.#body = new CappedBody(trip.bodyLimitBytes);
    this.#onEnd = onEnd;
  }

  open(client: Got): void {
    const { request, deadline, signal, agents } = this.#trip;
    this.#timer = setTimeout(() => this.#onDeadline(), deadline - performance.now());
    signal.addEventListener('abort', this.#onAbort, { once: true });

    const bytes = Buffer.from(request.body);
    const headers = {
      ...Object.fromEntries(request.headers),
      'content-length': String(bytes.length),
    };
    try {
      const own = agents && { agent: agents };
      this.#stream = client.stream(request.url, { headers, request: this.#outgoing.start, ...own });
    } catch (error) {
      return this.#end({ kind: 'error', error });
    }
    this.#stream.on('request', (made: ClientRequest) => this.#onRequest(made));
    this.#stream.on('response', (response: IncomingMessage) => this.#onResponse(response));
    this.#stream.on('end', () => this.#onBodyEnd());
    this.#stream.on('error', (error) => this.#onError(error));
    this.#stream.resume();
    writeBody(this.#stream, bytes);
  }

  #onRequest(made: ClientRequest): void {
    made.maxHeadersCount = MAX_HEADERS + 1;
    made.once('socket', readLeniently);
    made.on('information', () => this.#onInterimAnswer());
    made.on('upgrade', (_head, socket) => {
      socket.destroy();
      this.#fail(new SendError('UPGRADE'));
    });
  }

  #onInterimAnswer(): void {
    this.#interimAnswers += 1;
    if (this.#interimAnswers > MAX_INTERIM_ANSWERS) this.#fail(new SendError('INTERIM_FLOOD'));
  }

  #onResponse(response: IncomingMessage): void {
    this.#response = response;
    response.on('data', (chunk: Buffer) => this.#onData(response, chunk));
  }

  #onData(response: IncomingMessage, chunk: Buffer): void {
    if (this.#body.cut) return;
    this.#body.add(chunk);
    if (this.#body.cut) this.#end(this.#answer(response));
  }

  #onBodyEnd(): void {
    const response = this.#response;
    if (response) this.#outgoing.whenOver(response, () => this.#end(this.#answer(response)));
  }

  #onError(error: unknown): void {
    const end: End = { kind: 'error', error, stale: this.#isStale(error) };
    // got reads no more after an error; Node.js still passes on what has come.
    if (this.#response?.complete && !this.#response.closed)
      this.#response.once('close', () => this.#endUnlessAnswered(end));
    else this.#endUnlessAnswered(end);
  }

  #onDeadline(): void {
    this.#endUnlessAnswered({ kind: 'error', error: new SendError('TIMEOUT') });
  }

  #isStale(error: unknown): boolean {
    const { code } = error as { code?: unknown };
    const isClosed = code === 'ECONNRESET' || code === 'EPIPE';
    return isClosed && this.#outgoing.isReused && this.#response === undefined;
  }

  #answer({ httpVersion, statusCode = 0, statusMessage = '', rawHeaders }: IncomingMessage): End {
    return {
      kind: 'response',
      httpVersion,
      status: statusCode,
      reason: statusMessage,
      rawHeaders,
      body: this.#body.bytes(),
      bodyCut: this.#body.cut,
    };
  }

  /** For what comes in place of a response: nothing of one can have come. */
  #fail(error: SendError): void {
    this.#end({ kind: 'error', error });
  }

  #endUnlessAnswered(end: End): void {
    this.#end(this.#response?.complete ? this.#answer(this.#response) : end);
  }

  #end(end: End): void {
    clearTimeout(this.#timer);
    this.#trip.signal.removeEventListener('abort', this.#onAbort);
    this.#outgoing.end();
    // What still comes is of no interest, and an error without a listener would end the process.
    this.#stream?.removeAllListeners().on('error', () => {});
    if (end.kind !== 'response' || end.bodyCut || !this.#outgoing.isWritten)
      this.#stream?.destroy();
    this.#onEnd(end);
  }
}
