import { Hanging } from './hanging.ts';
import { KnownWebhooks, type KnownWebhook } from './known-webhooks.ts';
import { Lanes, type Lane } from './lanes.ts';
import { Slot } from './slot.ts';
import { LONG_AFTER_MS, type Standing } from './standing.ts';

export type SlotsOptions = {
  /**
   * Sends in the fast lane, and as many in the slow one: never more than both together are under
   * way.
   */
  slots: number;
  /** Most sends of one webhook at a time. */
  share: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
};

/**
 * Shares the sends of a worker between webhooks, so that none delays the others. A send that takes
 * longer than a second moves from the fast lane to the slow one, and so does its webhook. How much
 * of the fast lane a webhook can fill depends on how likely it is to hang there:
 *
 * | the last send of its webhook            | may fill, with everything else in the lane   |
 * | --------------------------------------- | -------------------------------------------- |
 * | was quick, and ended in the last second | all for its first send, else all but a tenth |
 * | was quick                               | all but a tenth                              |
 * | was quick, but before others began to   | half                                         |
 * | hang that had been quick                |                                              |
 * | is not known                            | all but a tenth, together at most half, each |
 * |                                         | with a place kept for it in the slow lane    |
 *
 * Where the slow lane has no place left to keep, a newcomer, whose delivery came within the last
 * second, is tried all the same, a few at a time: else nobody could become known while everything
 * known hangs.
 *
 * So sends that hang, however many and of whatever webhooks, leave room to those that are seen to
 * be quick. Within that room a webhook may have as many sends as there are free places: with n busy
 * webhooks each gets 1/(n + 1) of the lane, and that much stays free for the next one (A. K.
 * Choudhury, E. L. Hahne, "Dynamic queue length thresholds for shared-memory packet switches",
 * 1998). Its own allowance starts at 1 and grows by one with each answer, as TCP's slow start does
 * (RFC 5681, section 3.1), up to `share`. In the slow lane a quarter is kept for webhooks that are
 * known to answer, if late.
 */
export class Slots {
  readonly #now: () => number;
  readonly #lanes: Lanes;
  readonly #webhooks: KnownWebhooks;
  readonly #hanging: Hanging;

  constructor({ slots, share, now = () => performance.now() }: SlotsOptions) {
    this.#now = now;
    this.#lanes = new Lanes(slots);
    this.#webhooks = new KnownWebhooks({ share, now });
    this.#hanging = new Hanging(now);
  }

  /**
   * Takes a place for one more send; a `newcomer` came to the queue just now. Undefined: there is
   * no room for it now.
   */
  take(webhookId: string, newcomer = false): Slot | undefined {
    if (this.#room(this.#webhooks.find(webhookId), newcomer) < 1) return undefined;
    const [webhooks, lanes, hanging] = [this.#webhooks, this.#lanes, this.#hanging];
    return new Slot({ webhooks, lanes, hanging, now: this.#now }, webhookId);
  }

  /** How many more sends a webhook could start now, were there nobody else. */
  room(webhookId: string, newcomer = false): number {
    return this.#room(this.#webhooks.find(webhookId), newcomer);
  }

  /** How many claims of a webhook may wait, so that a place that becomes free is taken at once. */
  ahead(webhookId: string): number {
    const { standing, allowance, inFlight } = this.#webhooks.find(webhookId);
    if (standing === 'quick') return 2 * allowance;
    return standing === 'unknown' ? Math.min(1, inFlight) : 0;
  }

  /** How many webhooks of a standing, with nothing under way, could start a send now. */
  roomFor(standing: Standing, newcomer = false): number {
    return Math.max(0, this.#free({ standing, inFlight: 0, quickAt: -Infinity }, newcomer));
  }

  standing(webhookId: string): Standing {
    return this.#webhooks.find(webhookId).standing;
  }

  knows(webhookId: string): boolean {
    return this.#webhooks.has(webhookId);
  }

  /**
   * Tells how the last send of a webhook went, as another process recorded it. What this process
   * has seen itself counts more.
   */
  recall(webhookId: string, last: { tookMs: number; answered: boolean }): void {
    this.#webhooks.recall(webhookId, last);
  }

  /** Whether any webhook is known to be late or silent. */
  get anyForSlowLane(): boolean {
    return this.#webhooks.anyForSlowLane;
  }

  isActive(webhookId: string): boolean {
    return this.#webhooks.isActive(webhookId);
  }

  /** Webhooks with sends under way. */
  active(): Iterable<string> {
    return this.#webhooks.active();
  }

  busy(): Record<Lane, number> {
    return this.#lanes.busy();
  }

  free(): Record<Lane, number> {
    return this.#lanes.free();
  }

  #room(webhook: KnownWebhook, newcomer: boolean): number {
    const { inFlight, allowance } = webhook;
    const free = this.#free(webhook, newcomer);
    // Each further send takes one place from what is free, so half of the difference is left.
    const fair = inFlight === 0 ? free : Math.ceil((free - inFlight) / 2);
    return Math.max(0, Math.min(free, allowance - inFlight, Math.max(fair, 0)));
  }

  /** Places that sends of such a webhook may still take. */
  #free(webhook: Pick<KnownWebhook, 'standing' | 'inFlight' | 'quickAt'>, newcomer: boolean) {
    switch (webhook.standing) {
      case 'late':
        return this.#lanes.freeForLate();
      case 'silent':
        return this.#lanes.freeForSilent();
      case 'quick':
        return this.#lanes.freeForQuick(this.#partOf(webhook));
      case 'unknown':
        return this.#lanes.freeForUnknown(newcomer);
    }
  }

  /** How much of the fast lane a quick webhook may fill, with everything else there. */
  #partOf({ inFlight, quickAt }: Pick<KnownWebhook, 'inFlight' | 'quickAt'>) {
    if (this.#hanging.isDoubtful(quickAt, this.#lanes.hasOverdue)) return 'half';
    const wasJustQuick = this.#now() - quickAt <= LONG_AFTER_MS;
    return inFlight === 0 && wasJustQuick ? 'all' : 'most';
  }
}
