import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { describeFailure } from '../../../sending/failure.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** What came of a request. `status` is null where no answer came, and `error` says why. */
export type Answer = { status: number | null; error: string | null; durationMs: number };

/** Somebody may look at a request in a debugger before it is answered. */
const TIMEOUT_MS = 120_000;

/** They are about one connection, or say where it leads. */
const OF_CONNECTION = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-authorization'],
  ...['proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

/**
 * Where a recorded request goes: to `to` as it is written. Where that has no path, its own path and
 * query are kept.
 */
export function targetOf(to: string, { target }: RecordedRequest): URL {
  const hasPath = /^\w+:\/\/[^/?#]+[/?]/.test(to);
  return hasPath || !target.startsWith('/') ? new URL(to) : new URL(to.replace(/#.*/, '') + target);
}

/**
 * Sends a recorded request somewhere else: the same method, headers and body, so that its signature
 * holds. Only headers about the connection are made anew. Redirects are not followed.
 * @throws what aborted it
 */
export async function sendRecorded(
  recorded: RecordedRequest,
  url: URL,
  signal: AbortSignal,
): Promise<Answer> {
  const startMs = performance.now();
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const took = () => Math.round(performance.now() - startMs);
  try {
    const status = await answerTo(recorded, url, AbortSignal.any([signal, timeout]));
    return { status, error: null, durationMs: took() };
  } catch (error) {
    if (signal.aborted) throw error;
    const { message } = timeout.aborted
      ? { message: `no answer after ${TIMEOUT_MS / 1000} s` }
      : describeFailure(error, { url: url.href, timeoutMs: TIMEOUT_MS });
    return { status: null, error: message, durationMs: took() };
  }
}

/** The status, when all of the answer has come. */
function answerTo(recorded: RecordedRequest, url: URL, signal: AbortSignal): Promise<number> {
  const body = Buffer.from(recorded.body);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = [
    ...['Host', url.host],
    ...recorded.headers.filter(([name]) => !OF_CONNECTION.has(name.toLowerCase())).flat(),
    // What the server sends of its own is not recorded.
    ...(has(recorded, 'user-agent') ? [] : ['User-Agent', 'postmand']),
    ...['Content-Length', String(body.length)],
  ];
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage) => {
      answer
        .on('error', reject)
        .on('end', () => resolve(answer.statusCode ?? 0))
        .resume();
    };
    request(url, { method: recorded.method, headers, agent: false, signal }, onAnswer)
      .on('error', reject)
      // An answer that asks for another protocol closes it without an error.
      .on('close', () => reject(new Error('closed without an answer')))
      .end(body);
  });
}

const has = ({ headers }: RecordedRequest, sought: string): boolean =>
  headers.some(([name]) => name.toLowerCase() === sought);
