const [COUNT, IS_COMPILING] = [0, 1] as const;

/** What a thread is doing, told through memory that it shares: it cannot answer meanwhile. */
export class Phases {
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
  }

  /** Another one in each phase. */
  get count(): number {
    return Atomics.load(this.#cells, COUNT);
  }

  get isCompiling(): boolean {
    return Atomics.load(this.#cells, IS_COMPILING) === 1;
  }

  begin(phase: 'compile' | 'run'): void {
    Atomics.add(this.#cells, COUNT, 1);
    Atomics.store(this.#cells, IS_COMPILING, phase === 'compile' ? 1 : 0);
  }
}
