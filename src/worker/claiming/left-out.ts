/**
 * Which webhooks claims have left out since the last wake-up: there may be something of them in the
 * queue that nobody will tell of again. Those that are turned away are many, and every claim leaves
 * them out: they are noted here one by one only when they are let in again.
 */
export class LeftOut {
  readonly #webhookIds = new Set<string>();
  /** Turned away since the last claim. */
  readonly #notYet = new Set<string>();
  #wasClaimed = false;

  /** All may be claimed from here on, and somebody tells of what is new. */
  wake(): void {
    this.#webhookIds.clear();
    this.#wasClaimed = false;
  }

  /** Something is claimed, and nothing of these webhooks, nor of those that are turned away. */
  claimed(full: Iterable<string>): void {
    for (const webhookId of full) this.#webhookIds.add(webhookId);
    this.#notYet.clear();
    this.#wasClaimed = true;
  }

  turnedAway(webhookId: string): void {
    this.#notYet.add(webhookId);
  }

  /** It is turned away no longer. */
  letIn(webhookId: string): void {
    if (this.#wasClaimed && !this.#notYet.has(webhookId)) this.#webhookIds.add(webhookId);
  }

  has(webhookId: string): boolean {
    return this.#webhookIds.has(webhookId);
  }

  delete(webhookId: string): void {
    this.#webhookIds.delete(webhookId);
  }
}
