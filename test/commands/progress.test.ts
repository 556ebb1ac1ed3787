import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Pace, progressBar, progressLine, type Standing } from '../../src/commands/progress.ts';

const at = (matched: number | null, done: number, skipped = 0): Standing => ({
  ...{ kind: 'redelivery', state: 'running' },
  ...{ matched, done, skipped },
});

suite('progressLine', () => {
  const CASES: [standing: Standing, perSecond: number, line: string][] = [
    [{ ...at(null, 0), state: 'queued' }, 0, 'redelivery: waits for a worker'],
    [at(null, 0), 0, 'redelivery: counts what there is to do'],
    [at(0, 0), 0, 'redelivery: 100 %, 0 of 0'],
    [at(10_000, 0), 0, 'redelivery: 0 %, 0 of 10,000'],
    [at(10_000, 4500), 50, 'redelivery: 45 %, 4,500 of 10,000, 50/s, 2 min left'],
    [at(10_000, 9985, 12), 0.2, 'redelivery: 99 %, 9,997 of 10,000, 12 skipped, 1/s, 15 s left'],
    [at(1_000_000, 0), 50, 'redelivery: 0 %, 0 of 1,000,000, 50/s, 5 h 34 min left'],
    [at(5, 5), 5, 'redelivery: 100 %, 5 of 5, 5/s'],
  ];
  for (const [standing, perSecond, line] of CASES)
    test(`${JSON.stringify(standing)} at ${perSecond}/s → ${line}`, () => {
      assert.equal(progressLine(standing, perSecond), line);
    });
});

suite('progressBar', () => {
  test('a wide terminal → the bar is as full as the work is done', () => {
    const half = progressBar(at(10, 5), 0, 80);
    assert.equal(half, `[${'█'.repeat(12)}${'░'.repeat(12)}] redelivery: 50 %, 5 of 10`);
  });

  test('a narrow one → the line alone, cut before its last column', () => {
    assert.equal(progressBar(at(10, 5), 0, 40), 'redelivery: 50 %, 5 of 10');
    assert.equal(progressBar(at(10, 5), 0, 16), 'redelivery: 50 ');
  });
});

suite('Pace', () => {
  test('counts over time → how many a second, by the last 30 seconds', () => {
    const pace = new Pace();
    assert.equal(pace.perSecond(0, 100), 0);
    assert.equal(pace.perSecond(10, 600), 50);
    assert.equal(pace.perSecond(40, 600), 0);
    assert.equal(pace.perSecond(50, 1200), 60);
  });
});
