import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { suite, test, type TestContext } from 'node:test';
import { heldMemoryMb } from '../../bench/cpu.ts';
import { heldMemory, startMeter, type Part } from '../../bench/meter.ts';
import { lastFirst } from '../setup/last-first.ts';
import { until } from '../setup/until.ts';

const skip = existsSync('/proc/self/smaps_rollup') ? false : 'no /proc/PID/smaps_rollup here';

suite('the meter', { skip }, () => {
  test('a process with a child → the memory of both is held', async (t) => {
    const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(HOLDING)}])`;
    const pid = await node(t, child);
    await until('100 MB', () => (heldMemoryMb(pid) ?? 0) > 100);
  });

  test('several parts → a figure for each, and their sum', async (t) => {
    const pids = [await node(t, 'setInterval(() => {}, 1000)'), process.pid];
    const parts: Part[] = pids.map((pid, i) => ({ name: i ? 'server' : 'worker', pids: [pid] }));
    const cpu = startMeter(parts);
    for (const figures of [cpu(10), heldMemory(parts)]) {
      const [worker, server, together, ...others] = figures.map(({ value }) => value ?? NaN);
      assert.deepEqual(others, []);
      assert.equal(together, (worker ?? 0) + (server ?? 0));
    }
    const names = heldMemory(parts).map(({ name }) => name);
    assert.deepEqual(names, [
      'worker memory (PSS)',
      'server memory (PSS)',
      'together: memory (PSS)',
    ]);
  });

  test('a part that is not on this machine → n/a, and so is the sum', () => {
    const parts: Part[] = [
      { name: 'server', pids: [process.pid] },
      { name: 'PostgreSQL', pids: [undefined] },
    ];
    for (const figures of [startMeter(parts)(1), heldMemory(parts)])
      assert.deepEqual(
        figures.map(({ value }) => value === undefined),
        [false, true, true],
      );
  });
});

/** 100 MB that are written to, so that they are in RAM. */
const HOLDING = 'const held = Buffer.alloc(100 * 2 ** 20, 1); setInterval(() => held, 1000)';

async function node(t: TestContext, script: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', `${script}; console.log('running')`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = child.pid ?? 0;
  lastFirst(t).after(() => {
    process.kill(-pid, 'SIGKILL');
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return pid;
}
