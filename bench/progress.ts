/** What is going on, for the person who waits. */
export type Progress = {
  /** A new step. */
  step(text: string): void;
  /**
   * How far the step is: overwrites itself on a terminal, and comes every few seconds elsewhere.
   */
  tick(text: string): void;
};

const QUIET_MS = 5000;

export function createProgress(stream: NodeJS.WriteStream): Progress {
  let last = performance.now();
  let pending = false;

  function clear(): void {
    if (pending) stream.write('\r\u001B[K');
    pending = false;
  }

  return {
    step(text) {
      clear();
      stream.write(`${text}\n`);
      last = performance.now();
    },
    tick(text) {
      if (stream.isTTY) {
        clear();
        stream.write(`  ${text}`);
        pending = true;
      } else if (performance.now() - last > QUIET_MS) {
        stream.write(`  ${text}\n`);
        last = performance.now();
      }
    },
  };
}

/** The same progress with the name of what it belongs to in front of each step. */
export function labelled(progress: Progress, label: string): Progress {
  return { step: (text) => progress.step(`${label}: ${text}`), tick: progress.tick };
}
