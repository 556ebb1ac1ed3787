type Undo = () => Promise<void>;

/** What must be undone in the end, the last thing first, also when the benchmark is interrupted. */
export type Cleanup = {
  /**
   * @returns a function that undoes it now, once. @throws after the end has come, and undoes it at
   * once.
   */
  add(undo: Undo): Undo;
  run(): Promise<void>;
};

export function createCleanup(): Cleanup {
  const open = new Set<Undo>();
  let over = false;
  return {
    add(undo) {
      let undoing: Promise<void> | undefined;
      // Whoever comes second waits for the first.
      const once = () =>
        (undoing ??= undo()
          .catch(complain)
          .finally(() => open.delete(once)));
      open.add(once);
      if (over) {
        void once();
        throw new Error('interrupted');
      }
      return once;
    },
    async run() {
      over = true;
      for (const undo of [...open].toReversed()) await undo();
    },
  };
}

function complain(error: unknown): void {
  process.stderr.write(`bench: while cleaning up: ${String(error)}\n`);
}
