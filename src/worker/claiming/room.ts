import type { Buffer } from '../buffer.ts';
import type { ClaimRequest } from '../../queue/claim-statement.ts';
import type { Slots } from '../slots/slots.ts';

/** Most of these claims may find no room, so few are made at once. */
const SMALL_BATCH = 20;

/**
 * What is claimed at once of a webhook that has nothing under way here: one to send, one to follow.
 * Only one where there is no room for a webhook that nothing is known of: most of them go back.
 */
const OF_OTHERS = 2;

/** What there is room to claim for: claims that could be sent now, and claims that could wait. */
export class Room {
  readonly #slots: Slots;
  readonly #buffer: Pick<Buffer<{ webhookId: string }>, 'size' | 'free' | 'count'>;

  constructor(
    slots: Slots,
    buffer: Pick<Buffer<{ webhookId: string }>, 'size' | 'free' | 'count'>,
  ) {
    this.#slots = slots;
    this.#buffer = buffer;
  }

  /** For how many claims of one end of the queue. */
  limit(from: ClaimRequest['from']): number {
    const { fast, slow } = this.#slots.free();
    const left =
      from === 'newest'
        ? Math.max(fast - this.#buffer.size, Math.min(fast, SMALL_BATCH))
        : fast - this.#buffer.size;
    return Math.max(0, left, this.#slots.anyForSlowLane ? Math.min(SMALL_BATCH, slow) : 0);
  }

  /** For how many claims of a webhook. */
  of(webhookId: string): number {
    const waiting = this.#buffer.count(webhookId);
    const mayWait = Math.min(this.#slots.ahead(webhookId), waiting + this.#buffer.free);
    const room = Math.max(0, this.#slots.room(webhookId) - waiting + mayWait);
    // A claim for a few now would delay the next, larger one.
    return 2 * room < mayWait ? 0 : room;
  }

  /** For how many claims of each webhook that has nothing here, and was not turned away. */
  ofOthers(): number {
    return this.#slots.roomFor('unknown') > 0 ? OF_OTHERS : 1;
  }
}
