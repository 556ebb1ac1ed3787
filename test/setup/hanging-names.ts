import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { emptyFolder } from '../commands/processes.ts';
import { until } from './until.ts';

const PRELOAD = new URL('hanging-names.mjs', import.meta.url).href;

type HangingNames = {
  env: Record<string, string>;
  /** Resolves when such a look-up has begun. */
  started(): Promise<void>;
  release(): Promise<void>;
};

/**
 * For a process in which looking up names that start with "hang-" takes until `release`: its
 * environment.
 */
export async function hangingNames(t: Pick<TestContext, 'after'>): Promise<HangingNames> {
  const pipe = path.join(await emptyFolder(t), 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  return {
    env: { HANGING_PIPE: pipe, NODE_OPTIONS: `--import=${PRELOAD}` },
    async started() {
      await until('a look-up hangs', () => existsSync(`${pipe}.started`));
    },
    async release() {
      // Readers of a pipe wait for a writer, and this one waits for nobody.
      const writer = await open(pipe, 'r+');
      t.after(() => writer.close());
    },
  };
}
