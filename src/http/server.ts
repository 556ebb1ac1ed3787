import { createServer, type RequestListener, type Server } from 'node:http';
import type { Log } from '../telemetry/log.ts';
import { answerClientErrors } from './client-errors.ts';

/**
 * How long a client may take, in milliseconds. Node.js has other defaults, and none for the answer.
 */
export type HttpLimits = {
  /** From the first byte (of a new connection: from its start) to the end of the headers. */
  headMs: number;
  /** From the first byte to the end of the body. */
  requestMs: number;
  /**
   * With a request under way, without a byte in either direction. Longer than a request waits for a
   * database that does not answer, even where it tries again.
   */
  silenceMs: number;
  /** From the end of the headers until the answer has been taken. */
  answerMs: number;
  /**
   * Between an answer and the next request. Longer than load balancers keep a connection: otherwise
   * they would use one that we are just closing.
   */
  keepAliveMs: number;
  /** How often connections are looked through for those that are late. */
  checkEveryMs: number;
};

const LIMITS: HttpLimits = {
  headMs: 10_000,
  requestMs: 60_000,
  silenceMs: 90_000,
  answerMs: 300_000,
  keepAliveMs: 75_000,
  checkEveryMs: 1000,
};

/** Most bytes of a request line and its headers together. It bounds the length of a URL too. */
const MAX_HEAD_BYTES = 16 * 1024;

export type HttpServerOptions = { log?: Log; limits?: Partial<HttpLimits> };

/**
 * A server that closes the connections of clients that are too slow, and answers broken HTTP as the
 * app answers other faults.
 */
export function createHttpServer(
  app: RequestListener,
  { log, limits = {} }: HttpServerOptions,
): Server {
  const { headMs, requestMs, silenceMs, answerMs, keepAliveMs, checkEveryMs } = {
    ...LIMITS,
    ...limits,
  };
  const server = createServer({
    headersTimeout: headMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: checkEveryMs,
    maxHeaderSize: MAX_HEAD_BYTES,
    // Checked by the app: Node.js would answer without a body.
    requireHostHeader: false,
  });
  server.timeout = silenceMs;
  answerClientErrors(server, log);
  server.on('request', ({ socket }, response) => {
    const late = setTimeout(() => socket.destroy(), answerMs).unref();
    response.on('close', () => clearTimeout(late));
  });
  server.on('request', app);
  // An expectation that nobody knows may be ignored (RFC 9110, section 10.1.1); Node.js would
  // answer a bare 417.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  return server;
}
