import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, textOf } from './run.ts';

test('every process of the Procfile → runs a command that postmand has', async () => {
  const processes = textOf('Procfile')
    .trim()
    .split('\n')
    .map((line) => line.split(': ') as [name: string, command: string]);
  assert.deepEqual(
    processes.map(([name]) => name),
    ['release', 'web', 'worker'],
  );
  for (const [, command] of processes) {
    const { code, stdout } = await run(`${command} --help`.split(' '));
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`Usage: postmand ${command.split(' ').at(-1)}`), stdout);
  }
});
