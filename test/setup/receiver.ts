import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Cleanup } from './last-first.ts';
import { listening } from './listening.ts';
import { until } from './until.ts';

export type Received = {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
};
export type Answer = (request: Received, response: ServerResponse, number: number) => void;

export type Receiver = {
  url: string;
  received: Received[];
  answerWith(answer: Answer): void;
  count(n: number): Promise<Received[]>;
};

/**
 * A real HTTP server on loopback that keeps every request. Answers 200 unless told otherwise;
 * `number` counts requests from 1.
 */
export async function startReceiver(
  t: Cleanup,
  answer: Answer = (_request, response) => response.end('ok'),
): Promise<Receiver> {
  let current = answer;
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body,
        at: performance.now(),
      };
      received.push(one);
      current(one, response, received.length);
    });
  });
  const port = await listening(t, server);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answerWith: (next) => (current = next),
    count: (n) =>
      until(`${n} requests, got ${received.length}`, () => received.length >= n && received),
  };
}
