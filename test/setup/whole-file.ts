import { after, type TestContext } from 'node:test';

/** Stands in for a test's context: what is set up once for all tests of a file goes after the last of them. */
export const wholeFile: Pick<TestContext, 'after'> = {
  after: (clean) => after(clean as () => Promise<void>),
};
