import type { Queryable } from '../database/pool.ts';
import { Activity } from '../process/activity.ts';
import { holdingWebhookIds } from '../webhooks/webhook-state.ts';

/** Where more webhooks have something to say, every batch asks the database. */
const MOST_KNOWN = 500;

/** What was read longer ago than this is not believed any more. */
const MAX_AGE_MS = 3000;

/** The same for the first batch after a rest: what it asks for is being read. */
const MAX_AGE_AFTER_REST_MS = 500;

/**
 * The webhooks whose state may hold what comes for them, as this process knows: most batches have
 * deliveries for none of them, and need not ask. It is told of what this process changes, and finds
 * the rest with the next `refresh`; while nobody asks there is none. What is accepted in the
 * meantime gets a job and is held when that is claimed, as a claim always asks the rule.
 */
export class GatedWebhooks {
  /** Deliveries come in, so that somebody asks. */
  readonly asking: Activity;
  readonly #now: () => number;
  #read: { ids: ReadonlySet<string> | 'many'; at: number } | undefined;
  /** Since when it is known of a webhook. */
  readonly #told = new Map<string, number>();

  /** `now` is a clock in milliseconds that nobody sets. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.asking = new Activity(now);
  }

  /** Reads them anew. Until the first time, and some seconds after the last, it may be any. */
  async refresh(db: Queryable): Promise<void> {
    const at = this.#now();
    const ids = await holdingWebhookIds(db, MOST_KNOWN + 1);
    this.#read = { ids: ids.length > MOST_KNOWN ? 'many' : new Set(ids), at };
    // What it was told of since then may have been committed after this had looked.
    for (const [id, since] of this.#told) if (since < at) this.#told.delete(id);
  }

  /** This process has committed something that may hold the deliveries of a webhook. */
  tell(webhookId: string): void {
    this.#told.set(webhookId.toLowerCase(), this.#now());
  }

  /** False: as far as is known, the state of none of these webhooks holds anything. */
  mayHold(webhookIds: string[]): boolean {
    // While nobody asked, nobody read.
    const maxAgeMs = this.asking.note() ? MAX_AGE_AFTER_REST_MS : MAX_AGE_MS;
    const read = this.#read;
    if (read === undefined || this.#now() - read.at > maxAgeMs) return true;
    const { ids } = read;
    if (ids === 'many') return true;
    const lower = webhookIds.map((id) => id.toLowerCase());
    return lower.some((id) => ids.has(id) || this.#told.has(id));
  }
}
