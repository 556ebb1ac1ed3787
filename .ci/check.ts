// npm run check: all checks that are not tests, as many at a time as there are processors. What
// each printed follows its name. One that fails keeps none of the others from running.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Those that take longest come first. The linter alone uses every processor. */
const CHECKS = [
  'check:lint',
  'check:types',
  'check:sdk',
  'check:unused',
  'check:columns',
  'check:spec',
  'check:drift',
  'spec:diff',
  'check:format',
  'check:audit',
];

const failed: string[] = [];
const waiting = [...CHECKS];
await Promise.all(Array.from({ length: availableParallelism() }, runWaiting));
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function runWaiting(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift())
    if (!(await run(check))) failed.push(check);
}

/** `node --run` is `npm run` without the half second that npm takes to start. */
function run(check: string): Promise<boolean> {
  const child = spawn(process.execPath, ['--run', check], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      console.log(`\n> ${check}\n${Buffer.concat(output).toString()}`);
      resolve(code === 0);
    });
  });
}
