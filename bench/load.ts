import { Agent } from 'node:http';
import { now, sleep } from './clock.ts';
import { call } from './http.ts';
import { marksOf, type Marks } from './payload.ts';

export type Draft = { webhookId: string; payload: string; orderingKey?: string };

export type Posted = { latenciesMs: number[]; seconds: number };

/**
 * POSTs `count` deliveries over so many connections, each with its next one as soon as it has the
 * answer. @throws unless all are accepted.
 */
export async function postAll(
  url: string,
  { count, connections, draft }: { count: number; connections: number; draft: () => Draft },
  onPosted: (done: number) => void,
): Promise<Posted> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latenciesMs: number[] = [];
  let started = 0;

  async function keepPosting(): Promise<void> {
    while (started < count) {
      started += 1;
      const sentAt = now();
      const { status, text } = await post(agent, url, draft());
      if (status !== 201) throw new Error(`POST /v1/deliveries: ${status} ${text}`);
      latenciesMs.push(now() - sentAt);
      onPosted(latenciesMs.length);
    }
  }

  const startedAt = now();
  await Promise.all(Array.from({ length: connections }, keepPosting));
  agent.destroy();
  return { latenciesMs, seconds: (now() - startedAt) / 1000 };
}

export type SteadyTraffic = { sent: Marks[]; refused: number; firstRefusal: string | undefined };

/**
 * POSTs deliveries at a steady rate, whether or not answers come, until `isOver`. Resolves when all
 * are answered.
 * @returns the marks of those accepted.
 */
export async function postSteadily(
  url: string,
  { perSecond, isOver, draft }: { perSecond: number; isOver: () => boolean; draft: () => Draft },
): Promise<SteadyTraffic> {
  const agent = new Agent({ keepAlive: true });
  const traffic: SteadyTraffic = { sent: [], refused: 0, firstRefusal: undefined };
  const open = new Set<Promise<void>>();

  async function postOne(): Promise<void> {
    const one = draft();
    const answer = await post(agent, url, one).catch((error: Error) => ({
      status: 0,
      text: error.message,
    }));
    const marks = marksOf(one.payload);
    if (answer.status === 201 && marks) traffic.sent.push(marks);
    else {
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

export function post(agent: Agent, url: string, { webhookId, payload, orderingKey }: Draft) {
  return call(agent, {
    method: 'POST',
    url: `${url}/v1/deliveries`,
    body: JSON.stringify({ webhook_id: webhookId, payload, ordering_key: orderingKey }),
  });
}
