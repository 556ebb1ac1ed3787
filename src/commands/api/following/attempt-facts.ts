import type { ApiClient, Schemas } from '../../../client/api.ts';
import { ApiProblem } from '../../../client/problem.ts';
import type { Attempt } from './attempt-feed.ts';

/** An attempt with what the API knows about it elsewhere. What is undefined is not known. */
export type KnownAttempt = {
  attempt: Attempt;
  webhookName?: string | undefined;
  delivery?: Schemas['Delivery'] | undefined;
  /** Which attempt of its delivery it is: 1 is the first one. */
  number?: number | undefined;
  eventType?: string | undefined;
};

/** So many are looked up at a time. */
const AT_A_TIME = 8;
/** Names of webhooks and types of events that are remembered, of each. */
const MOST_REMEMBERED = 1000;

/** Looks up what a list of attempts does not tell. */
export class AttemptFacts {
  readonly #client: ApiClient;
  readonly #signal: AbortSignal;
  readonly #names = new Map<string, Promise<string | undefined>>();
  readonly #types = new Map<string, Promise<string | undefined>>();

  constructor(client: ApiClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Of the last `most` all is looked up, and of the others the names of their webhooks. */
  async of(attempts: Attempt[], { most }: { most: number }): Promise<KnownAttempt[]> {
    const known: KnownAttempt[] = [];
    for (let i = 0; i < attempts.length; i += AT_A_TIME)
      known.push(
        ...(await Promise.all(
          attempts
            .slice(i, i + AT_A_TIME)
            .map((attempt, j) => this.#about(attempt, i + j >= attempts.length - most)),
        )),
      );
    return known;
  }

  /** The delivery of an attempt as it is now; undefined: it is gone. */
  delivery({ delivery_id }: Attempt): Promise<Schemas['Delivery'] | undefined> {
    const path = { delivery_id };
    return found(this.#client.get('/deliveries/{delivery_id}', { path, signal: this.#signal }));
  }

  async #about(attempt: Attempt, isWhole: boolean): Promise<KnownAttempt> {
    const [webhookName, delivery] = await Promise.all([
      remembered(this.#names, attempt.webhook_id, (id) => this.#nameOf(id)),
      isWhole ? this.delivery(attempt) : undefined,
    ]);
    if (delivery === undefined) return { attempt, webhookName };
    const { event_id } = delivery;
    const [number, eventType] = await Promise.all([
      this.#numberOf(attempt, delivery),
      event_id === null ? undefined : remembered(this.#types, event_id, (id) => this.#typeOf(id)),
    ]);
    return { attempt, webhookName, delivery, number, eventType };
  }

  async #nameOf(webhook_id: string): Promise<string | undefined> {
    const path = { webhook_id };
    const signal = this.#signal;
    return (await found(this.#client.get('/webhooks/{webhook_id}', { path, signal })))?.name;
  }

  async #typeOf(event_id: string): Promise<string | undefined> {
    const path = { event_id };
    const signal = this.#signal;
    return (await found(this.#client.get('/events/{event_id}', { path, signal })))?.type;
  }

  /**
   * The delivery says how many it has had. An attempt that was recorded when it last changed is
   * the last one; else those that came later are counted.
   */
  async #numberOf(attempt: Attempt, delivery: Schemas['Delivery']): Promise<number | undefined> {
    const { delivery_attempts: count, updated_at } = delivery;
    if (count === 1 || updated_at === attempt.created_at) return count;
    const query = { delivery_id: delivery.id, 'created_at.gt': attempt.created_at, limit: 50 };
    const later = await this.#client.get('/delivery-attempts', { query, signal: this.#signal });
    return later.next_cursor === null ? count - later.delivery_attempts.length : undefined;
  }
}

/** Undefined where it is not there any more. */
async function found<Value>(looking: Promise<Value>): Promise<Value | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404 && error.code !== 0) return undefined;
    throw error;
  }
}

/** Asks once for each key at a time. What failed is asked for again. */
function remembered<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  ask: (key: string) => Promise<Value>,
): Promise<Value> {
  const present = known.get(key);
  if (present !== undefined) return present;
  if (known.size >= MOST_REMEMBERED) known.clear();
  const asked = ask(key);
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  return asked;
}
