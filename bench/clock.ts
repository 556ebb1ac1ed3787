/** Milliseconds since 1970 with microseconds, comparable between processes of one machine. */
export const now = (): number => performance.timeOrigin + performance.now();

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Looks every `everyMs` until `condition` holds. @returns when that was; undefined: not before
 * `deadline`.
 */
export async function reached(
  condition: () => Promise<boolean>,
  deadline: number,
  everyMs = 20,
): Promise<number | undefined> {
  for (;;) {
    if (await condition()) return now();
    if (now() > deadline) return undefined;
    await sleep(everyMs);
  }
}

/** What `promise` gives; undefined where it takes longer than `ms`. */
export async function within<Value>(
  promise: Promise<Value>,
  ms: number,
): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>(
    (resolve) => (timer = setTimeout(() => resolve(undefined), Math.max(0, ms))),
  );
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
