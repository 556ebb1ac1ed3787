import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationMs } from '../../src/receiver/duration.ts';

const CASES: [text: string, ms: number | undefined][] = [
  ['500ms', 500],
  ['3s', 3000],
  ['3', 3000],
  ['1.5s', 1500],
  ['0', 0],
  ['2m', 120_000],
  ['1440m', 86_400_000],
  ['1441m', undefined],
  ['', undefined],
  ['s', undefined],
  ['-1s', undefined],
  ['3 s', undefined],
  ['3h', undefined],
  ['1e3', undefined],
  ['1.2345s', undefined],
];

for (const [text, ms] of CASES) {
  test(`${JSON.stringify(text)} → ${ms ?? 'no duration'}`, () =>
    assert.equal(durationMs(text), ms));
}
