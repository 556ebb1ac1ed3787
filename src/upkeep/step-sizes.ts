import { MAX_STEP } from '../deliveries/delete-webhook.ts';

/**
 * How many deliveries of each webhook are removed in one transaction: fewer where that fails, as
 * each may have many attempts.
 */
export class StepSizes {
  /** Only those below the maximum. */
  readonly #smaller = new Map<string, number>();

  of(webhookId: string): number {
    return this.#smaller.get(webhookId) ?? MAX_STEP;
  }

  halve(webhookId: string): void {
    this.#smaller.set(webhookId, Math.max(1, Math.floor(this.of(webhookId) / 2)));
  }

  double(webhookId: string): void {
    const size = this.of(webhookId) * 2;
    if (size < MAX_STEP) this.#smaller.set(webhookId, size);
    else this.#smaller.delete(webhookId);
  }

  forgetAllBut(webhookIds: string[]): void {
    const kept = new Set(webhookIds);
    for (const id of this.#smaller.keys()) if (!kept.has(id)) this.#smaller.delete(id);
  }
}
