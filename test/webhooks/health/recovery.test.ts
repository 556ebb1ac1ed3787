import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isRecovered,
  recoveryWindow,
  type Recovery,
} from '../../../src/webhooks/health/recovery.ts';

const HEALTHY: Recovery = { state: 'healthy', recoveringSeconds: null };
const recovering = (recoveringSeconds: number | null): Recovery => ({
  state: 'recovering',
  recoveringSeconds,
});

const CASES: [when: string, state: Recovery, then: number][] = [
  ['healthy', HEALTHY, 1000],
  ['recovering since this moment', recovering(0), 1],
  ['recovering since a clock that was set back', recovering(-5), 1],
  ['recovering for almost a second', recovering(0.99), 1],
  ['recovering for a second', recovering(1), 2],
  ['recovering for three and a half', recovering(3.5), 8],
  ['recovering for almost ten', recovering(9.9), 512],
  ['recovering for ten', recovering(10), 1000],
  ['recovering for a year', recovering(31_536_000), 1000],
];

for (const [when, state, then] of CASES)
  test(`${when} → a window of ${then}`, () => {
    assert.equal(recoveryWindow(state, 1000), then);
    assert.equal(isRecovered(state, 1000), state.state === 'recovering' && then === 1000);
  });
