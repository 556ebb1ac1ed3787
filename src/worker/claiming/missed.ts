/**
 * Webhooks of which claims may have missed something since the last wake-up, as they left them out:
 * it waits in the queue, and nobody will tell of it again. Webhooks that are turned away are left
 * out by every claim, and may be many. So they are added one by one, when they are turned away no
 * longer.
 */
export class Missed {
  readonly #webhookIds = new Set<string>();
  /** Turned away since the last claim, which did not leave them out. */
  readonly #notYetLeftOut = new Set<string>();
  #wasClaimed = false;

  /** A wake-up: the claims that follow look for what there is of every webhook. */
  clear(): void {
    this.#webhookIds.clear();
    this.#wasClaimed = false;
  }

  /** A claim leaves out these webhooks, and all that are turned away. */
  noteClaim(leftOut: Iterable<string>): void {
    for (const webhookId of leftOut) this.#webhookIds.add(webhookId);
    this.#notYetLeftOut.clear();
    this.#wasClaimed = true;
  }

  /** From now on claims leave it out. */
  noteTurnedAway(webhookId: string): void {
    this.#notYetLeftOut.add(webhookId);
  }

  /** It is turned away no longer, and is added if a claim has left it out meanwhile. */
  addIfLeftOut(webhookId: string): void {
    if (this.#wasClaimed && !this.#notYetLeftOut.has(webhookId)) this.#webhookIds.add(webhookId);
  }

  has(webhookId: string): boolean {
    return this.#webhookIds.has(webhookId);
  }

  delete(webhookId: string): void {
    this.#webhookIds.delete(webhookId);
  }
}
