import { after, type TestContext } from 'node:test';

type Cleanup = Pick<TestContext, 'after'>;

/**
 * node:test cleans up in the order of registration, so that a database would go before the worker that uses it. What is
 * registered here goes in the opposite order.
 */
export function lastFirst(t: Cleanup): Cleanup {
  const steps: (() => unknown)[] = [];
  t.after(async () => {
    for (const step of steps.toReversed()) await step();
  });
  return { after: (step) => void steps.push(step as () => unknown) };
}

/** Stands in for a test's context: what is set up once for all tests of a file goes after the last of them. */
export const wholeFile: Cleanup = lastFirst({ after: (clean) => after(clean as () => Promise<void>) });
