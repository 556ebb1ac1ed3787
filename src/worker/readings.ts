/** A claim that waited longer than this is read again before it is sent. */
export const STALE_MS = 1000;

/** More webhooks than this are not told apart: all of them have changed then. */
const MOST_WEBHOOKS = 10_000;

/** When a webhook was read, `performance.now()`. */
type Reading = { webhookId: string; readAt: number };

/**
 * Whether what this worker has read of a webhook still holds: the database tells of webhooks whose
 * requests were changed, and what was read before that is read again before it is sent. Where
 * nobody tells, as there is no LISTEN, a reading is used for `STALE_MS`.
 */
export class Readings {
  readonly #changedAt = new Map<string, number>();
  /** Any webhook may have been changed before that. */
  #allChangedAt = -Infinity;

  /** A webhook has changed; undefined: any of them may have. */
  changed(webhookId?: string): void {
    const now = performance.now();
    const isOne = webhookId !== undefined && this.#changedAt.size < MOST_WEBHOOKS;
    if (isOne) return void this.#changedAt.set(webhookId, now);
    this.#changedAt.clear();
    this.#allChangedAt = now;
  }

  /** The webhook may have changed since it was read. */
  hasChanged({ webhookId, readAt }: Reading): boolean {
    return readAt <= Math.max(this.#allChangedAt, this.#changedAt.get(webhookId) ?? -Infinity);
  }

  /** So it may, or the claim has waited for so long that nobody can say. */
  isStale(reading: Reading): boolean {
    return performance.now() - reading.readAt > STALE_MS || this.hasChanged(reading);
  }
}
