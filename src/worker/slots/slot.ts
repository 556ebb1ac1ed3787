import type { Hanging } from './hanging.ts';
import type { KnownWebhooks } from './known-webhooks.ts';
import type { Lanes, Place } from './lanes.ts';
import { isSlow, SLOW_AFTER_MS, type SendEnd } from './standing.ts';

/**
 * A send to an unknown webhook counts as slow sooner, so that the next unknown one can be tried.
 */
const SLOW_AFTER_MS_IF_UNKNOWN = 250;

type SlotParts = { webhooks: KnownWebhooks; lanes: Lanes; hanging: Hanging; now: () => number };

/** The place of one send, from its begin to its end. */
export class Slot {
  /** How long the send may take until it has to be called slow, in milliseconds. */
  readonly slowAfterMs: number;
  readonly #parts: SlotParts;
  readonly #webhookId: string;
  readonly #place: Place;
  readonly #startedAt: number;
  #isQuick = true;

  /** Takes a place for a send that begins now. */
  constructor(parts: SlotParts, webhookId: string) {
    const { webhooks, lanes, now } = parts;
    const { standing } = webhooks.find(webhookId);
    const isUnknown = standing === 'unknown';
    this.slowAfterMs = isUnknown ? SLOW_AFTER_MS_IF_UNKNOWN : SLOW_AFTER_MS;
    this.#parts = parts;
    this.#webhookId = webhookId;
    this.#place = lanes.enter(isSlow(standing) ? 'slow' : 'fast', isUnknown);
    this.#startedAt = now();
    webhooks.sendBegan(webhookId);
  }

  /**
   * The send takes long: from now on its webhook is silent, until it answers, and the send moves to
   * the slow lane as soon as that has room.
   */
  becomeSlow(): void {
    const { webhooks, lanes, hanging } = this.#parts;
    this.#isQuick = false;
    if (webhooks.find(this.#webhookId).standing === 'quick') hanging.note(this.#startedAt);
    webhooks.sendBecameSlow(this.#webhookId);
    lanes.becomeSlow(this.#place);
  }

  /** The send is over, and its place free. */
  leave(end: SendEnd): void {
    const { webhooks, lanes } = this.#parts;
    lanes.leave(this.#place);
    webhooks.sendEnded(this.#webhookId, end, this.#isQuick);
  }
}
