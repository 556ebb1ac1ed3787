/**
 * Waits until `condition` gives something truthy, and returns it.
 * @throws after `timeoutMs`, naming what was waited for.
 */
export async function until<Value>(
  what: string,
  condition: () => Value | Promise<Value>,
  timeoutMs = 20_000,
): Promise<Exclude<NonNullable<Value>, false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<NonNullable<Value>, false>;
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
