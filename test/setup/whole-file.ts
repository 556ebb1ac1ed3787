import { after } from 'node:test';
import { lastFirst, type Cleanup } from './last-first.ts';

/**
 * Stands in for a test's context: what is set up once for all tests of a file goes after the last
 * of them.
 */
export const wholeFile: Cleanup = lastFirst({
  after: (clean) => after(clean as () => Promise<void>),
});
