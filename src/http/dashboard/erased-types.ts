import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * The JavaScript of TypeScript files: what Node.js itself would run of them, without comments and
 * at the same lines. A thread does it, as Node.js prints a warning for this function where it is
 * not told otherwise, which a thread can be for itself alone.
 */
export async function withoutTypes(files: string[]): Promise<string[]> {
  const thread = new Worker(new URL('./erasing-thread.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    workerData: files,
  });
  // Both from now on: they may come in one turn of the event loop. `once` rejects where the thread
  // fails.
  const [message] = await Promise.all([once(thread, 'message'), once(thread, 'exit')]);
  return message[0] as string[];
}
