import { Agent } from 'node:http';
import { now, sleep } from './clock.ts';
import { call, isSuccess, type Call } from './http.ts';
import { marksOf, type Marks } from './payload.ts';

export type Draft = { webhookId: string; payload: string; orderingKey?: string };

export type Posted = { latenciesMs: number[]; seconds: number };

/** A request that hands over a message, and the marks of that message. */
export type Post = Call & { marks: Marks };

/** As `postEach`, deliveries to the service at `url`. */
export function postAll(
  url: string,
  { count, connections, draft }: { count: number; connections: number; draft: () => Draft },
  onPosted: (done: number) => void,
): Promise<Posted> {
  return postEach({ count, connections, next: () => postOf(url, draft()) }, onPosted);
}

/**
 * Sends `count` POSTs over so many connections, each with its next one as soon as it has the
 * answer. @throws unless all are accepted.
 */
export async function postEach(
  { count, connections, next }: { count: number; connections: number; next: () => Post },
  onPosted: (done: number) => void,
): Promise<Posted> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latenciesMs: number[] = [];
  let started = 0;

  async function keepPosting(): Promise<void> {
    while (started < count) {
      started += 1;
      const sentAt = now();
      const one = next();
      const { status, text } = await call(agent, one);
      if (!isSuccess(status)) throw new Error(`POST ${one.url}: ${status} ${text}`);
      latenciesMs.push(now() - sentAt);
      onPosted(latenciesMs.length);
    }
  }

  const startedAt = now();
  await Promise.all(Array.from({ length: connections }, keepPosting));
  agent.destroy();
  return { latenciesMs, seconds: (now() - startedAt) / 1000 };
}

/** `latenciesMs`: until the answer, of those accepted. */
export type SteadyTraffic = {
  sent: Marks[];
  latenciesMs: number[];
  refused: number;
  firstRefusal: string | undefined;
};

/**
 * Sends POSTs at a steady rate, whether or not answers come, until `isOver`. Resolves when all are
 * answered.
 * @returns the marks of those accepted.
 */
export async function postSteadily({
  perSecond,
  isOver,
  next,
}: {
  perSecond: number;
  isOver: () => boolean;
  next: () => Post;
}): Promise<SteadyTraffic> {
  const agent = new Agent({ keepAlive: true });
  const traffic: SteadyTraffic = { sent: [], latenciesMs: [], refused: 0, firstRefusal: undefined };
  const open = new Set<Promise<void>>();

  async function postOne(): Promise<void> {
    const one = next();
    const sentAt = now();
    const answer = await call(agent, one).catch((error: Error) => ({
      status: 0,
      text: error.message,
    }));
    if (isSuccess(answer.status)) {
      traffic.sent.push(one.marks);
      traffic.latenciesMs.push(now() - sentAt);
    } else {
      traffic.refused += 1;
      traffic.firstRefusal ??= `${answer.status} ${answer.text}`;
    }
  }

  const startedAt = now();
  for (let number = 0; !isOver(); number += 1) {
    const one = postOne().finally(() => open.delete(one));
    open.add(one);
    await sleep(Math.max(0, startedAt + ((number + 1) * 1000) / perSecond - now()));
  }
  await Promise.all(open);
  agent.destroy();
  return traffic;
}

/** @throws where the payload is not one that the benchmark makes. */
export function postOf(url: string, { webhookId, payload, orderingKey }: Draft): Post {
  const marks = marksOf(payload);
  if (marks === undefined) throw new Error(`No marks in ${payload}`);
  const body = JSON.stringify({ webhook_id: webhookId, payload, ordering_key: orderingKey });
  return { method: 'POST', url: `${url}/v1/deliveries`, body, marks };
}
