export type Alarm = {
  /** Ends the present wait, or the next one if nobody waits. */
  ring(): void;
  /** Resolves when it rings, at the latest after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void>;
};

/** Lets one loop sleep until somebody has something for it. Rings that come together count once. */
export function createAlarm(): Alarm {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(timeoutMs) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      rung = false;
    },
  };
}
