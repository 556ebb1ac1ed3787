import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { now } from './clock.ts';
import { marksOf } from './payload.ts';
import type { Arrivals, Counts, Reply, Wish } from './receiver.ts';

/**
 * Payloads that came under one first part of the path: each number once, in the order in which they
 * came.
 */
type Group = { seen: Set<number>; arrivals: Arrivals; repeats: number };

/** Wherever a system puts the marks, they are within its first bytes. */
const HEAD_BYTES = 4096;

const groups = new Map<string, Group>();
let first: number | undefined;
const waitingForFirst: ((at: number) => void)[] = [];

const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, receive);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', (wish: Wish) =>
  fulfil(wish, (answer) => process.send?.({ number: wish.number, answer } satisfies Reply)),
);
process.on('disconnect', () => process.exit(0));

function receive(request: IncomingMessage, response: ServerResponse): void {
  let head: Buffer | undefined;
  request.on('data', (chunk: Buffer) => (head ??= chunk));
  request.on('end', () => {
    const [, group = '', delayMs = ''] = (request.url ?? '').split('/');
    record(group, head, now());
    if (group === 'hang') return;
    if (group === 'slow') setTimeout(answer, Number(delayMs), response);
    else answer(response);
  });
}

function record(name: string, head: Buffer | undefined, at: number): void {
  const marks = marksOf(head?.toString('latin1', 0, HEAD_BYTES) ?? '');
  if (marks === undefined) return;
  const group = groupNamed(name);
  if (group.seen.has(marks.id)) {
    group.repeats += 1;
    return;
  }
  group.seen.add(marks.id);
  group.arrivals.push({ ...marks, at });
  if (first === undefined) {
    first = at;
    for (const tell of waitingForFirst.splice(0)) tell(at);
  }
}

function groupNamed(name: string): Group {
  const group = groups.get(name) ?? { seen: new Set(), arrivals: [], repeats: 0 };
  groups.set(name, group);
  return group;
}

function answer(response: ServerResponse): void {
  response.sendDate = false;
  response.writeHead(200, { 'content-length': 2 });
  response.end('ok');
}

function fulfil(wish: Wish, reply: (answer: Reply['answer']) => void): void {
  switch (wish.kind) {
    case 'reset':
      groups.clear();
      first = undefined;
      waitingForFirst.length = 0;
      server.closeAllConnections();
      return reply(undefined);
    case 'first':
      if (first === undefined) waitingForFirst.push(reply);
      else reply(first);
      return;
    case 'counts':
      return reply(countsOf(groupNamed(wish.group)));
    case 'arrivals':
      return reply(groupNamed(wish.group).arrivals);
  }
}

function countsOf({ seen, repeats }: Group): Counts {
  return { arrived: seen.size, repeats };
}
