import type { TestContext } from 'node:test';

type Cleanup = Pick<TestContext, 'after'>;

/** node:test cleans up in the order of registration. What registers here is cleaned up the other way round: users before what they use. */
export function lastFirst(t: Cleanup): Cleanup {
  const hooks: (() => unknown)[] = [];
  t.after(async () => {
    for (const hook of hooks.toReversed()) await hook();
  });
  return { after: (hook) => void hooks.push(hook as () => unknown) };
}
