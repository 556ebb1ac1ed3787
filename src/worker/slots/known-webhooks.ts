import { LRUCache } from 'lru-cache';
import { isForSlowLane, LONG_AFTER_MS, type SendEnd, type Standing } from './standing.ts';

/** What this process knows of the sends of a webhook. */
export type KnownWebhook = {
  inFlight: number;
  /**
   * Most sends at a time for now: 1 at first, one more with each answer, and 1 again after none.
   */
  allowance: number;
  standing: Standing;
  quickInARow: number;
  /** When the last quick send ended. */
  quickAt: number;
};

type KnownWebhooksOptions = {
  /** Most sends of one webhook at a time. */
  share: number;
  now: () => number;
};

/** After so many quick sends in a row a late or silent webhook is quick again. */
const QUICK_TO_RECOVER = 3;

/**
 * Webhooks remembered while nothing of theirs is under way; a forgotten one just starts small
 * again.
 */
const REMEMBERED = 10_000;

/**
 * What this process knows of webhooks. Those with sends under way are also kept outside of what is
 * remembered, so that they are never forgotten.
 */
export class KnownWebhooks {
  readonly #share: number;
  readonly #now: () => number;
  readonly #active = new Map<string, KnownWebhook>();
  readonly #remembered = new LRUCache<string, KnownWebhook>({
    max: REMEMBERED,
    dispose: (known, _webhookId, reason) => {
      if (reason === 'evict' && known.inFlight === 0) this.#setStanding(known, 'unknown');
    },
  });
  #forSlowLane = 0;

  constructor({ share, now }: KnownWebhooksOptions) {
    this.#share = share;
    this.#now = now;
  }

  /** One of which nothing is known starts small. */
  find(webhookId: string): KnownWebhook {
    return this.#active.get(webhookId) ?? this.#remembered.peek(webhookId) ?? newlyKnown();
  }

  has(webhookId: string): boolean {
    return this.#active.has(webhookId) || this.#remembered.has(webhookId);
  }

  isActive(webhookId: string): boolean {
    return this.#active.has(webhookId);
  }

  /** Webhooks with sends under way. */
  active(): Iterable<string> {
    return this.#active.keys();
  }

  /** Whether any webhook is known to be late or silent. */
  get anyForSlowLane(): boolean {
    return this.#forSlowLane > 0;
  }

  sendBegan(webhookId: string): void {
    const known = this.find(webhookId);
    known.inFlight += 1;
    this.#active.set(webhookId, known);
  }

  sendTookLong(webhookId: string): void {
    const known = this.find(webhookId);
    known.quickInARow = 0;
    this.#setStanding(known, 'silent');
  }

  /** `wasQuick`: it did not take long. */
  sendEnded(webhookId: string, end: SendEnd, wasQuick: boolean): void {
    const known = this.find(webhookId);
    known.inFlight -= 1;
    if (end !== 'unused') this.#learn(known, end === 'answered', wasQuick);
    if (known.inFlight > 0) return;
    this.#active.delete(webhookId);
    this.#remembered.set(webhookId, known);
  }

  /**
   * Tells how the last send of a webhook went, as another process recorded it. What this process
   * has seen itself counts more.
   */
  recall(webhookId: string, { tookMs, answered }: { tookMs: number; answered: boolean }): void {
    if (this.has(webhookId)) return;
    const known = newlyKnown();
    this.#setStanding(known, tookMs <= LONG_AFTER_MS ? 'quick' : answered ? 'late' : 'silent');
    this.#remembered.set(webhookId, known);
  }

  #learn(known: KnownWebhook, answered: boolean, wasQuick: boolean): void {
    known.allowance = answered ? Math.min(this.#share, known.allowance + 1) : 1;
    if (wasQuick) {
      known.quickAt = this.#now();
      known.quickInARow += 1;
    }
    const { standing, quickInARow } = known;
    if (wasQuick && (standing === 'unknown' || quickInARow >= QUICK_TO_RECOVER))
      this.#setStanding(known, 'quick');
    else if (isForSlowLane(standing)) this.#setStanding(known, answered ? 'late' : 'silent');
  }

  #setStanding(known: KnownWebhook, standing: Standing): void {
    this.#forSlowLane += Number(isForSlowLane(standing)) - Number(isForSlowLane(known.standing));
    known.standing = standing;
  }
}

function newlyKnown(): KnownWebhook {
  return { inFlight: 0, allowance: 1, standing: 'unknown', quickInARow: 0, quickAt: -Infinity };
}
