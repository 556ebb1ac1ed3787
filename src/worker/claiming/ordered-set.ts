type Entry = { id: string; before: Entry | undefined; after: Entry | undefined };

/**
 * A set of ids in the order in which they came. To take one from either end costs the same whatever
 * it holds: a Set of JavaScript has no last one, and walks over what was deleted to find the first.
 */
export class OrderedSet {
  readonly #entries = new Map<string, Entry>();
  #first: Entry | undefined;
  #last: Entry | undefined;

  get size(): number {
    return this.#entries.size;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** One that is there already keeps its place. */
  add(id: string): void {
    if (this.#entries.has(id)) return;
    const entry: Entry = { id, before: this.#last, after: undefined };
    this.#entries.set(id, entry);
    if (this.#last === undefined) this.#first = entry;
    else this.#last.after = entry;
    this.#last = entry;
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const { before, after } = entry;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    this.#entries.delete(id);
  }

  /** Takes one out. */
  take(which: 'first' | 'last'): string | undefined {
    const id = (which === 'first' ? this.#first : this.#last)?.id;
    if (id !== undefined) this.delete(id);
    return id;
  }

  ids(): Iterable<string> {
    return this.#entries.keys();
  }
}
