/**
 * Waits for the end of `work`, but no longer than `ms`. It goes on where it takes longer; its
 * failure is passed on where it does not.
 */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]).finally(
    () => clearTimeout(timer),
  );
}
