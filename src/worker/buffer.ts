/**
 * Claims that wait in this worker until their webhook has room, in the order in which they came.
 */
export class Buffer<Entry extends { webhookId: string }> {
  readonly #waiting = new Map<string, Entry[]>();
  readonly #capacity: number;
  #size = 0;

  /** At most `capacity` claims in all. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  get free(): number {
    return this.#capacity - this.#size;
  }

  /** False where it is full, or holds `most` claims of the webhook already. */
  add(entry: Entry, most: number): boolean {
    const queue = this.#waiting.get(entry.webhookId) ?? [];
    if (this.#size >= this.#capacity || queue.length >= most) return false;
    queue.push(entry);
    this.#waiting.set(entry.webhookId, queue);
    this.#size += 1;
    return true;
  }

  count(webhookId: string): number {
    return this.#waiting.get(webhookId)?.length ?? 0;
  }

  webhookIds(): Iterable<string> {
    return this.#waiting.keys();
  }

  /**
   * Takes out those that `start` takes, going round the webhooks: one claim of each, then the next
   * of each, until it takes none.
   */
  takeEach(start: (entry: Entry) => boolean): void {
    for (let took = true; took;) {
      took = false;
      for (const [webhookId, queue] of this.#waiting) {
        if (!start(queue[0] as Entry)) continue;
        took = true;
        this.#shift(webhookId, queue);
      }
    }
  }

  /** Takes out the claims of a webhook, or all. */
  remove(webhookId?: string): Entry[] {
    const ids = webhookId === undefined ? [...this.#waiting.keys()] : [webhookId];
    const removed = ids.flatMap((id) => this.#waiting.get(id) ?? []);
    for (const id of ids) this.#waiting.delete(id);
    this.#size -= removed.length;
    return removed;
  }

  #shift(webhookId: string, queue: Entry[]): void {
    queue.shift();
    this.#size -= 1;
    if (queue.length === 0) this.#waiting.delete(webhookId);
  }
}
