import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../telemetry/log.ts';
import { headersOfEveryAnswer } from './middleware/headers.ts';
import { BadRequest, problemOf } from './problem.ts';
import type { Problem } from './problems.ts';

type OpenRequest = { request: IncomingMessage; response: ServerResponse };

/**
 * How long a connection stays open behind its last answer, so that it arrives: closed with unread
 * input, the connection would be reset and the answer lost.
 */
const LINGER_MS = 1000;

/**
 * Answers what the app never sees, or sees half of: HTTP that cannot be parsed, a head that is too
 * large, a request that takes too long, a CONNECT. Node.js would answer with a bare status line.
 * The connection ends in each case.
 */
export function answerClientErrors(server: Server, log?: Log): void {
  const errors = new ClientErrors(log);
  server.on('request', (request, response) => errors.requestBegan({ request, response }));
  server.on('clientError', (error, socket) => errors.answer(error, socket));
  server.on('connect', (_request, socket: Duplex) => errors.answerConnect(socket));
}

class ClientErrors {
  readonly #log: Log | undefined;
  readonly #underWay = new WeakMap<Duplex, Set<OpenRequest>>();
  readonly #answered = new WeakSet<Duplex>();

  constructor(log: Log | undefined) {
    this.#log = log;
  }

  requestBegan(one: OpenRequest): void {
    const { request, response } = one;
    const all = this.#underWay.get(request.socket) ?? new Set();
    this.#underWay.set(request.socket, all.add(one));
    // A request that was answered before all of it came is still under way.
    const forget = () => void (request.complete && response.closed && all.delete(one));
    response.on('close', forget);
    request.on('close', forget);
  }

  answer({ code }: NodeJS.ErrnoException, socket: Duplex): void {
    // Whatever comes in after the first fault is a fault too.
    if (this.#answered.has(socket)) return;
    this.#answered.add(socket);
    const fault = faultOf(code);
    const openRequests = this.#openRequestsOf(socket);
    const [first] = openRequests;
    if (fault === undefined || !socket.writable) socket.destroy();
    else if (first === undefined) this.#answerOnSocket(socket, fault, code);
    else if (first.request.complete) closeAfter(openRequests, socket);
    else answerUnfinished(first.response, socket, fault);
  }

  answerConnect(socket: Duplex): void {
    socket.on('error', () => {});
    const openRequests = this.#openRequestsOf(socket);
    if (openRequests.length > 0) return closeAfter(openRequests, socket);
    const fault = new BadRequest(
      'no_http',
      'this server is not a proxy and does not support CONNECT',
    );
    this.#answerOnSocket(socket, fault, 'CONNECT');
  }

  #openRequestsOf(socket: Duplex): OpenRequest[] {
    return [...(this.#underWay.get(socket) ?? [])];
  }

  /** There is no request whose response could be used, so the answer is written by hand. */
  #answerOnSocket(socket: Duplex, fault: BadRequest, reason: string | undefined): void {
    const problem = problemOf(fault);
    const requestId = randomUUID();
    this.#log?.info('http.request', { status: problem.status, request_id: requestId, reason });
    socket.end(written(problem, requestId));
    linger(socket);
  }
}

function faultOf(code = ''): BadRequest | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new BadRequest('slow', 'the request took too long to arrive');
  if (code === 'HPE_HEADER_OVERFLOW')
    return new BadRequest('long_head', 'the request line and the headers are too long');
  // The client has gone away in the middle of its request: nobody would read an answer.
  if (code === 'HPE_INVALID_EOF_STATE') return undefined;
  if (code.startsWith('HPE_'))
    return new BadRequest('no_http', 'the request is not valid HTTP/1.1');
  return undefined;
}

/**
 * Good requests with something bad behind them get their own answers, in their order, and the
 * connection ends with the last.
 */
function closeAfter(openRequests: OpenRequest[], socket: Duplex): void {
  const good = openRequests.filter(({ request }) => request.complete);
  const last = good.at(-1)?.response;
  if (last !== undefined && !last.headersSent) last.setHeader('Connection', 'close');
  last?.on('close', () => socket.destroy());
}

/**
 * Answers a request whose body does not come or cannot be read. The app has set its headers
 * already, and its log line comes when it is closed.
 */
function answerUnfinished(response: ServerResponse, socket: Duplex, fault: BadRequest): void {
  // The app refused it before its body came, and that answer counts.
  if (response.headersSent) return void socket.destroy();
  const { status, body } = problemOf(fault);
  const text = JSON.stringify(body);
  response.writeHead(status, { ...contentHeaders(text), Connection: 'close' }).end(text);
  linger(socket);
}

function written({ status, body }: Problem, requestId: string): string {
  const text = JSON.stringify(body);
  const headers = {
    ...headersOfEveryAnswer(requestId),
    ...contentHeaders(text),
    Date: new Date().toUTCString(),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', text].join('\r\n');
}

function contentHeaders(text: string): Record<string, string> {
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(text)),
  };
}

function linger(socket: Duplex): void {
  const lingering = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.on('close', () => clearTimeout(lingering));
}
