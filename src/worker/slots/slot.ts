import type { Hanging } from './hanging.ts';
import type { KnownWebhooks } from './known-webhooks.ts';
import type { LaneEntry, Lanes } from './lanes.ts';
import { isForSlowLane, LONG_AFTER_MS, type SendEnd } from './standing.ts';

/**
 * A send to an unknown webhook counts as long sooner, so that the next unknown one can be tried.
 */
const LONG_AFTER_MS_IF_UNKNOWN = 250;

type SlotParts = { webhooks: KnownWebhooks; lanes: Lanes; hanging: Hanging; now: () => number };

/** The place of one send, from its begin to its end. */
export class Slot {
  /** How long the send may take until `tookLong` is to be called, in milliseconds. */
  readonly longAfterMs: number;
  readonly #parts: SlotParts;
  readonly #webhookId: string;
  readonly #entry: LaneEntry;
  readonly #startedAt: number;
  #isQuick = true;

  /** Takes a place for a send that begins now. */
  constructor(parts: SlotParts, webhookId: string) {
    const { webhooks, lanes, now } = parts;
    const { standing } = webhooks.find(webhookId);
    const isUnknown = standing === 'unknown';
    this.longAfterMs = isUnknown ? LONG_AFTER_MS_IF_UNKNOWN : LONG_AFTER_MS;
    this.#parts = parts;
    this.#webhookId = webhookId;
    this.#entry = lanes.enter(isForSlowLane(standing) ? 'slow' : 'fast', isUnknown);
    this.#startedAt = now();
    webhooks.sendBegan(webhookId);
  }

  /**
   * The send has taken long: from now on its webhook is silent, until it answers, and the send
   * moves to the slow lane as soon as that has room.
   */
  tookLong(): void {
    const { webhooks, lanes, hanging } = this.#parts;
    this.#isQuick = false;
    if (webhooks.find(this.#webhookId).standing === 'quick') hanging.note(this.#startedAt);
    webhooks.sendTookLong(this.#webhookId);
    lanes.tookLong(this.#entry);
  }

  /** The send is over, and its place free. */
  leave(end: SendEnd): void {
    const { webhooks, lanes } = this.#parts;
    lanes.leave(this.#entry);
    webhooks.sendEnded(this.#webhookId, end, this.#isQuick);
  }
}
