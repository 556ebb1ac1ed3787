import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { emptyFolder } from '../process/processes.ts';

const PRELOAD = new URL('hanging-names.mjs', import.meta.url).href;

/** For a process in which looking up names that start with "hang-" takes until `release`: its environment. */
export async function hangingNames(t: Pick<TestContext, 'after'>): Promise<{ env: Record<string, string>; release(): Promise<void> }> {
  const pipe = path.join(await emptyFolder(t), 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  return {
    env: { HANGING_PIPE: pipe, NODE_OPTIONS: `--import=${PRELOAD}` },
    async release() {
      // Readers of a pipe wait for a writer, and this one waits for nobody.
      const writer = await open(pipe, 'r+');
      t.after(() => writer.close());
    },
  };
}
