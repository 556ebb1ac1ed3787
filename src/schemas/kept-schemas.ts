/** Most schemas that are kept, and most characters of all their texts together. */
const MAX_SCHEMAS = 500;
const MAX_CHARACTERS = 1024 * 1024;

/** What was made of the schemas that were used last, by their texts. */
export class KeptSchemas<Value> {
  readonly #byText = new Map<string, Value>();
  #characters = 0;

  get size(): number {
    return this.#byText.size;
  }

  get(text: string): Value | undefined {
    const value = this.#byText.get(text);
    if (value !== undefined) {
      // A map has its entries in the order in which they came: this is the newest one now.
      this.#byText.delete(text);
      this.#byText.set(text, value);
    }
    return value;
  }

  keep(text: string, value: Value): Value {
    this.#byText.set(text, value);
    this.#characters += text.length;
    for (const oldest of this.#byText.keys()) {
      if (this.size <= MAX_SCHEMAS && this.#characters <= MAX_CHARACTERS) break;
      this.#byText.delete(oldest);
      this.#characters -= oldest.length;
    }
    return value;
  }

  clear(): void {
    this.#byText.clear();
    this.#characters = 0;
  }
}
