import { Agent } from 'node:http';
import { now } from './clock.ts';
import { call, isSuccess } from './http.ts';
import type { Draft, Posted } from './load.ts';

type Batches = {
  connections: number;
  /** Deliveries in each. */
  size: number;
  draft: () => Draft;
  /** Whether another one is to be sent. */
  goesOn: () => boolean;
};

/** Bodies that are made before anything is measured, and sent in turn: making one takes long. */
const BODIES = 8;

/**
 * POSTs batches over so many connections, each with its next one as soon as it has the answer.
 * @returns the time of each batch, and of all. @throws unless all are accepted.
 */
export async function postBatches(
  url: string,
  { connections, size, draft, goesOn }: Batches,
): Promise<Posted> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latenciesMs: number[] = [];
  const bodies = Array.from({ length: BODIES }, () => bodyOf(Array.from({ length: size }, draft)));
  let turn = 0;

  async function keepPosting(): Promise<void> {
    while (goesOn()) {
      const body = bodies[turn++ % BODIES];
      const sentAt = now();
      const answer = await call(agent, { method: 'POST', url: `${url}/v1/deliveries/batch`, body });
      if (!isSuccess(answer.status))
        throw new Error(`POST /v1/deliveries/batch: ${answer.status} ${answer.text}`);
      latenciesMs.push(now() - sentAt);
    }
  }

  const startedAt = now();
  await Promise.all(Array.from({ length: connections }, keepPosting));
  agent.destroy();
  return { latenciesMs, seconds: (now() - startedAt) / 1000 };
}

function bodyOf(drafts: Draft[]): string {
  const deliveries = drafts.map(({ webhookId, payload, orderingKey }) => {
    return { webhook_id: webhookId, payload, ordering_key: orderingKey };
  });
  return JSON.stringify({ deliveries });
}
