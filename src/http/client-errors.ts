import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../log.ts';
import { headersOfEveryAnswer } from './headers.ts';
import { BadRequest, problemOf, type Problem } from './problem.ts';

type Exchange = { request: IncomingMessage; response: ServerResponse };

/** How long a connection stays after a refusal, for the answer to arrive: closed at once, unread input would take it back. */
const LINGER_MS = 1000;

/**
 * Answers what the app never sees, or sees half of: HTTP that cannot be parsed, a head that is too large, a request that takes
 * too long, a CONNECT. Node.js would answer with a bare status line. The connection ends in each case.
 */
export function answerClientErrors(server: Server, log?: Log): void {
  const latest = new WeakMap<Duplex, Exchange>();
  const refused = new WeakSet<Duplex>();
  server.on('request', (request, response) => latest.set(request.socket, { request, response }));

  server.on('clientError', (error: Error & { code?: string }, socket) => {
    // Whatever else comes in after the fault is at fault too.
    if (refused.has(socket)) return;
    refused.add(socket);
    const fault = faultOf(error.code);
    const exchange = latest.get(socket);
    if (fault === undefined || !socket.writable) socket.destroy();
    else if (exchange === undefined || isOver(exchange)) refuse(socket, fault, error.code);
    else if (exchange.request.complete) closeAfter(exchange.response, socket);
    else answerUnfinished(exchange.response, socket, fault);
  });

  server.on('connect', (_request, socket: Duplex) => {
    socket.on('error', () => {});
    refuse(socket, new BadRequest('no_http', 'this is no proxy: CONNECT means nothing here'), 'CONNECT');
  });

  /** Straight to the connection: there is no request that could be answered. */
  function refuse(socket: Duplex, fault: BadRequest, reason: string | undefined): void {
    const problem = problemOf(fault);
    const requestId = randomUUID();
    log?.info('http.request', { status: problem.status, requestId, reason });
    socket.end(written(problem, requestId));
    linger(socket);
  }
}

function faultOf(code = ''): BadRequest | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new BadRequest('slow', 'the request took too long to arrive');
  if (code === 'HPE_HEADER_OVERFLOW') return new BadRequest('long_head', 'the request line and the headers are too long');
  // The client has gone away in the middle: nobody is there to be told.
  if (code === 'HPE_INVALID_EOF_STATE') return undefined;
  if (code.startsWith('HPE_')) return new BadRequest('no_http', 'the request is not valid HTTP/1.1');
  return undefined;
}

/** The request is whole and its answer is out: the fault is that of the next one. */
function isOver({ request, response }: Exchange): boolean {
  return request.complete && response.writableFinished;
}

/** A good request with something bad behind it gets its own answer, and the connection ends with that. */
function closeAfter(response: ServerResponse, socket: Duplex): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
  response.on('close', () => socket.destroy());
}

/** A request whose body stays away or cannot be read. Its headers are set already, and its log line comes when it is closed. */
function answerUnfinished(response: ServerResponse, socket: Duplex, fault: BadRequest): void {
  // Refused without its body: that answer is the one that counts.
  if (response.headersSent) return void socket.destroy();
  const { status, body } = problemOf(fault);
  const text = JSON.stringify(body);
  response.writeHead(status, { ...contentHeaders(text), Connection: 'close' }).end(text);
  linger(socket);
}

function written({ status, body }: Problem, requestId: string): string {
  const text = JSON.stringify(body);
  const headers = { ...headersOfEveryAnswer(requestId), ...contentHeaders(text), Date: new Date().toUTCString(), Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', text].join('\r\n');
}

function contentHeaders(text: string): Record<string, string> {
  return { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': String(Buffer.byteLength(text)) };
}

function linger(socket: Duplex): void {
  const lingering = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.on('close', () => clearTimeout(lingering));
}
