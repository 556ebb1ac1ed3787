/** Keeps the first bytes of a body up to a limit, and whether there were more. */
export class CappedBody {
  readonly #chunks: Buffer[] = [];
  #room: number;
  #cut = false;

  constructor(limitBytes: number) {
    this.#room = limitBytes;
  }

  /** There were more bytes than the limit. */
  get cut(): boolean {
    return this.#cut;
  }

  add(chunk: Buffer): void {
    this.#cut ||= chunk.length > this.#room;
    // Copied where it is cut: a slice would keep the whole chunk in memory.
    this.#chunks.push(
      chunk.length > this.#room ? Buffer.from(chunk.subarray(0, this.#room)) : chunk,
    );
    this.#room = Math.max(0, this.#room - chunk.length);
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
  }
}
