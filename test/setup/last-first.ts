import type { TestContext } from 'node:test';

export type Cleanup = Pick<TestContext, 'after'>;

const known = new WeakMap<Cleanup, Cleanup>();

/**
 * node:test cleans up in the order of registration, so that a database would go before the worker
 * that uses it. What is registered with a test through this goes in the opposite order.
 */
export function lastFirst(t: Cleanup): Cleanup {
  const present = known.get(t);
  if (present) return present;
  const steps: (() => unknown)[] = [];
  t.after(async () => {
    for (const step of steps.toReversed()) await step();
  });
  const cleanup: Cleanup = { after: (step) => void steps.push(step as () => unknown) };
  known.set(t, cleanup);
  known.set(cleanup, cleanup);
  return cleanup;
}
