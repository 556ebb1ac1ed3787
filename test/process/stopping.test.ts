import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { suite, test, type TestContext } from 'node:test';
import { abortedBy, StoppedEarly, unlessStopped } from '../../src/process/stopping.ts';
import { until } from '../setup/until.ts';

const never = new Promise<NodeJS.Signals>(() => {});

suite('stopSignal', { concurrency: 4 }, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} → it is told, and the process goes on`, async (t) => {
      const waiting = await startWaiting(t);
      waiting.process.kill(signal);
      await until('the signal is told', () => waiting.output().includes(signal));
      assert.equal(waiting.process.exitCode, null);
    });
  }

  test('the same signal again at once → nothing more', async (t) => {
    const waiting = await startWaiting(t);
    waiting.process.kill('SIGINT');
    await until('the signal is told', () => waiting.output().includes('SIGINT'));
    waiting.process.kill('SIGINT');
    // It reads its input after it has handled the signals that came before.
    waiting.process.stdin.write('still there?\n');
    await until('an answer', () => waiting.output().includes('still here'));
    assert.equal(waiting.process.exitCode, null);
  });

  test('another signal after the first → the process ends at once, exit 1', async (t) => {
    const waiting = await startWaiting(t);
    waiting.process.kill('SIGINT');
    await until('the signal is told', () => waiting.output().includes('SIGINT'));
    waiting.process.kill('SIGTERM');
    await until('the end', () => waiting.process.exitCode !== null);
    assert.equal(waiting.process.exitCode, 1);
  });
});

suite('unlessStopped', () => {
  const failure = new Error('no');
  const told = () => Promise.resolve<NodeJS.Signals>('SIGTERM');
  for (const [when, stopping, step, then] of [
    ['a step that ends', () => never, () => Promise.resolve('done'), 'done'],
    ['a step that fails', () => never, () => Promise.reject(failure), failure],
    ['a signal during the step', told, () => never, new StoppedEarly('SIGTERM')],
    [
      'a signal before a step that is done',
      told,
      () => Promise.resolve(1),
      new StoppedEarly('SIGTERM'),
    ],
    [
      'a signal before a step that failed',
      told,
      () => Promise.reject(failure),
      new StoppedEarly('SIGTERM'),
    ],
  ] as const) {
    test(`${when} → ${String(then)}`, async () => {
      const outcome = unlessStopped<unknown>(stopping(), step()).catch((error: unknown) => error);
      assert.deepEqual(await outcome, then);
    });
  }
});

test('abortedBy → aborts at the signal, with it as the reason', async () => {
  let stop = (_signal: NodeJS.Signals) => {};
  const aborted = abortedBy(new Promise((resolve) => (stop = resolve)));
  assert.equal(aborted.aborted, false);
  stop('SIGINT');
  await until('the abort', () => aborted.aborted);
  assert.deepEqual(aborted.reason, new StoppedEarly('SIGINT'));
});

/** A process that waits for the signal, tells it, and answers what it reads. */
async function startWaiting(t: TestContext) {
  const source = new URL('../../src/process/stopping.ts', import.meta.url);
  const program = `
    import { stopSignal } from '${source.href}';
    void stopSignal().then((signal) => console.log(signal));
    process.stdin.on('data', () => console.log('still here'));
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await until('it waits', () => output.includes('ready'));
  return { process: child, output: () => output };
}
