/**
 * Waits for the end of `work`, but no longer than `ms`. Work that takes longer goes on. If it fails
 * within that time, so does this.
 */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]).finally(
    () => clearTimeout(timer),
  );
}
