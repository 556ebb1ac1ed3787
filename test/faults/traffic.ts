import type { Delivery } from '../../src/deliveries/delivery.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import type { Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { chanceOf, sized, type Chance } from './intensity.ts';
import { traceparentOf } from './receiver-log.ts';

/**
 * What a caller posted and what it was told. `unknown`: the connection broke, or the answer was a
 * 5xx.
 */
export type Post = {
  id: string;
  payload: string;
  webhookId: string;
  /** Its ordering key, where its webhook is one that keys are posted to. */
  key?: string | undefined;
  /** It is to be sent then. */
  sendAt?: string | undefined;
  /** When it was posted, `performance.now()`. */
  at: number;
  /** When the 201 came. */
  acceptedAt?: number;
  outcome: 'open' | 'accepted' | 'refused' | 'unknown';
  deliveryId?: string;
};

export type Traffic = {
  posts: Post[];
  /** Posts one delivery now, beside the callers. */
  post(webhookId: string): Promise<Post>;
  /** Waits for `count` more deliveries to be accepted from now on. */
  accepted(count: number, timeoutMs?: number): Promise<void>;
  /** No more posts; resolves when every caller has its answer. */
  stop(): Promise<void>;
};

type Scene = {
  api(): Api;
  webhooks: readonly Webhook[];
  /** How many ordering keys the posts to a webhook have: 0 means none at all. */
  keys(webhookId: string): number;
};
/**
 * Some 60 posts a second, or 20 a second: what piles up while a test waits has to be sent
 * afterwards.
 */
export const CALM = { pauseMs: 150 };

/** `name` keeps the posts of several groups of callers apart. */
type Options = {
  name?: string;
  callers?: number;
  pauseMs?: number;
  webhooks?: readonly Webhook[];
  /** Half of the posts are to be sent up to so much later. */
  aheadMs?: number;
};

/**
 * Callers that post through the API, each one delivery after the other, until stopped; to
 * `webhooks`, or to all of the scene.
 */
export function startTraffic(t: Cleanup, scene: Scene, options: Options = {}): Traffic {
  const { name = '', callers = sized(4, 8), pauseMs = 40, webhooks = scene.webhooks } = options;
  const chance = chanceOf(`${name}traffic`);
  const posts: Post[] = [];
  let accepted = 0;
  let extra = 0;
  let stopped = false;
  const running = Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  const stop = async () => {
    stopped = true;
    await running;
  };
  lastFirst(t).after(stop);

  async function call(caller: number): Promise<void> {
    for (let n = 1; !stopped; n += 1) {
      const { outcome } = await post(`${name}caller ${caller} post ${n}`, chance.pick(webhooks).id);
      await chance.pause(0, outcome === 'accepted' ? 2 * pauseMs : 100);
    }
  }

  async function post(id: string, webhookId: string): Promise<Post> {
    const payload = JSON.stringify({ id, text: `Grüße ${'·'.repeat(chance.between(0, 300))}` });
    const keys = scene.keys(webhookId);
    const key = keys === 0 ? undefined : `key ${chance.between(1, keys)}`;
    const sendAt = laterTime(chance, options.aheadMs);
    const post = { id, payload, webhookId, key, sendAt };
    const entry: Post = { ...post, at: performance.now(), outcome: 'open' };
    posts.push(entry);
    Object.assign(entry, await send(scene.api(), entry));
    if (entry.outcome === 'accepted') accepted += 1;
    return entry;
  }

  return {
    posts,
    post: (webhookId) => post(`${name}extra ${(extra += 1)}`, webhookId),
    stop,
    async accepted(count, timeoutMs = 60_000) {
      const goal = accepted + count;
      await until(`${count} more deliveries accepted`, () => accepted >= goal, timeoutMs);
    },
  };
}

function laterTime(chance: Chance, aheadMs: number | undefined): string | undefined {
  if (aheadMs === undefined || chance.between(0, 1) === 0) return undefined;
  return new Date(Date.now() + chance.between(0, aheadMs)).toISOString();
}

async function send(
  api: Api,
  { id, webhookId, payload, key, sendAt }: Post,
): Promise<Pick<Post, 'outcome' | 'deliveryId' | 'acceptedAt'>> {
  try {
    const response = await fetch(`${api.url}/v1/deliveries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: traceparentOf(id) },
      body: JSON.stringify({
        webhook_id: webhookId,
        payload,
        ...(key === undefined ? {} : { ordering_key: key }),
        ...(sendAt === undefined ? {} : { send_at: sendAt }),
      }),
    });
    const body = (await response.json()) as Delivery;
    const acceptedAt = performance.now();
    if (response.status === 201) return { outcome: 'accepted', acceptedAt, deliveryId: body.id };
    return { outcome: response.status < 500 ? 'refused' : 'unknown' };
  } catch {
    return { outcome: 'unknown' };
  }
}
