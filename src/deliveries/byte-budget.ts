/** Bounds the payload bytes that a worker has in memory for its sends. */
export type ByteBudget = {
  /**
   * True: the bytes are taken, and to be given back. `share`, from 0 to 1, is the part of the whole up to which this kind of send may
   * fill the budget. What is larger than that is taken when nothing else is, so that it is not stuck for ever.
   */
  take(bytes: number, share: number): boolean;
  give(bytes: number): void;
  used(): number;
};

export function createByteBudget(limitBytes: number): ByteBudget {
  let used = 0;
  return {
    take(bytes, share) {
      if (used > 0 && used + bytes > limitBytes * share) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
    used: () => used,
  };
}
