import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentOf, type Moment } from '../../src/commands/moment.ts';

const CASES: [text: string, moment: Moment | undefined][] = [
  ['90s', { agoMs: 90_000 }],
  ['30m', { agoMs: 1_800_000 }],
  ['2h', { agoMs: 7_200_000 }],
  ['3d', { agoMs: 259_200_000 }],
  ['1w', { agoMs: 604_800_000 }],
  ['2026-11-26T10:00Z', { at: '2026-11-26T10:00:00Z' }],
  ['2026-11-26T10:00+01:00', { at: '2026-11-26T10:00:00+01:00' }],
  ['2026-11-26t10:00:05.25z', { at: '2026-11-26t10:00:05.25z' }],
  ['2026-02-30T10:00Z', undefined],
  ['2026-11-26T10:00', undefined],
  ['2026-11-26', undefined],
  ['yesterday', undefined],
  ['2', undefined],
  ['1.5h', undefined],
  ['-2h', undefined],
  ['', undefined],
];

for (const [text, moment] of CASES)
  test(`${JSON.stringify(text)} → ${JSON.stringify(moment) ?? 'no moment'}`, () => {
    assert.deepEqual(momentOf(text), moment);
  });
