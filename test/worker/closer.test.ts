import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempted } from '../../src/attempts/deliver.ts';
import { Closer } from '../../src/worker/closer.ts';
import type { Execution } from '../../src/worker/executor.ts';
import { FaultPause } from '../../src/worker/fault-pause.ts';
import { keepingLog } from '../setup/parts.ts';
import { admittedOf } from './admitted.ts';

const ATTEMPTED = { kind: 'attempted' } as Attempted;
const local = (code: string): Execution => ({ kind: 'local', code });

/** `ended`, or returned and due again after so many seconds; and how long claiming is paused. */
type Case = [when: string, then: 'ended' | number, pausedMs: number[], ends: Execution[]];

const CASES: Case[] = [
  ['it was recorded', 'ended', [], [ATTEMPTED]],
  ['it was given up', 0, [], [{ kind: 'aborted' }]],
  ['its delivery is gone', 0, [], [{ kind: 'gone' }]],
  ['it is not ours any more', 0, [], [{ kind: 'not_ours' }]],
  ['it could not be recorded', 30, [], [{ kind: 'not_recorded' }]],
  ['this machine could not send', 1, [1000], [local('EMFILE')]],
  ['it could not for the second time in one pause', 1, [1000], [local('EMFILE'), local('EMFILE')]],
  ['there was no local port for its address', 30, [], [local('EADDRNOTAVAIL')]],
];

for (const isolated of [false, true]) {
  for (const [when, then, pausedMs, ends] of CASES) {
    const isAlone = isolated && ends.some(({ kind }) => kind === 'local');
    const seconds = isAlone ? 30 : then;
    const how = seconds === 'ended' ? 'it is over' : `it is returned, due after ${seconds} s`;
    test(`a claim${isolated ? ' of an isolated send' : ''}: ${when} → ${how}`, async () => {
      const done: ('ended' | number)[] = [];
      const pauses: number[] = [];
      const leases = {
        end: () => void done.push('ended'),
        return: async (_some: unknown[], delaySeconds = 0) => void done.push(delaySeconds),
      };
      const claimer = { pause: (ms: number) => void pauses.push(ms) };
      const pause = new FaultPause(() => 0);
      const closer = new Closer({ leases, claimer, log: keepingLog() }, pause);
      for (const end of ends) await closer.close(admittedOf('w', { isolated }), end);
      assert.deepEqual(
        done,
        ends.map(() => seconds),
      );
      assert.deepEqual(
        [pauses, pause.isOn()],
        [isAlone ? [] : pausedMs, !isAlone && pausedMs.length > 0],
      );
    });
  }
}

test('a fault of this machine → logged once a pause; one that is met alone, each time', async () => {
  const log = keepingLog();
  const leases = { end() {}, return: async () => {} };
  const closer = new Closer({ leases, claimer: { pause() {} }, log }, new FaultPause(() => 0));
  for (const code of ['EMFILE', 'EMFILE', 'EADDRNOTAVAIL', 'EADDRNOTAVAIL'])
    await closer.close(admittedOf('w'), local(code));
  assert.deepEqual(
    log.lines.map(({ event, fields }) => [event, fields['code'], fields['pause_ms']]),
    [
      ['send.local_fault', 'EMFILE', 1000],
      ['send.local_fault', 'EADDRNOTAVAIL', 30_000],
      ['send.local_fault', 'EADDRNOTAVAIL', 30_000],
    ],
  );
});
