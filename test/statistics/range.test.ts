import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { beginnings, rangeOf, type Step } from '../../src/statistics/range.ts';

const NOW = Date.parse('2026-11-23T16:26:12.345Z');

suite('the steps that are asked for', () => {
  const CASES: [step: Step, from: string | undefined, to: string | undefined, expected: string][] =
    [
      ['minute', undefined, undefined, '2026-11-23T15:27:00Z 2026-11-23T16:27:00Z 60'],
      ['hour', undefined, undefined, '2026-11-22T17:00:00Z 2026-11-23T17:00:00Z 24'],
      ['day', undefined, undefined, '2026-10-25T00:00:00Z 2026-11-24T00:00:00Z 30'],
      [
        'minute',
        '2026-11-23T16:20:59.999Z',
        undefined,
        '2026-11-23T16:20:00Z 2026-11-23T16:27:00Z 7',
      ],
      ['hour', undefined, '2026-11-20T10:00:00Z', '2026-11-19T10:00:00Z 2026-11-20T10:00:00Z 24'],
      [
        'hour',
        undefined,
        '2026-11-20T10:00:00.001Z',
        '2026-11-19T11:00:00Z 2026-11-20T11:00:00Z 24',
      ],
      [
        'day',
        '2026-11-22T23:59:59Z',
        '2026-11-23T00:00:00Z',
        '2026-11-22T00:00:00Z 2026-11-23T00:00:00Z 1',
      ],
      [
        'minute',
        '2026-10-24T16:26:00Z',
        '2026-10-24T16:27:00Z',
        '2026-10-24T16:26:00Z 2026-10-24T16:27:00Z 1',
      ],
      [
        'minute',
        '2026-11-22T15:26:00Z',
        '2026-11-23T16:26:00Z',
        '2026-11-22T15:26:00Z 2026-11-23T16:26:00Z 1500',
      ],
      [
        'minute',
        '2026-11-22T15:25:59Z',
        '2026-11-23T16:26:00Z',
        'to: at most 1500 steps; ask for a shorter time, or a longer step',
      ],
      ['hour', '2026-11-23T17:00:00Z', undefined, 'from: must be before to'],
      ['hour', '2026-11-23T17:30:00Z', undefined, 'from: must be before to'],
      [
        'minute',
        '2026-10-24T16:25:59Z',
        '2026-10-24T16:27:00Z',
        'from: minutes are kept for 30 days; ask for step=hour or step=day',
      ],
      [
        'hour',
        '2025-10-19T15:00:00Z',
        '2025-10-20T15:00:00Z',
        'from: statistics are kept for 400 days',
      ],
      [
        'hour',
        '9999-12-30T22:00:00Z',
        '9999-12-31T00:00:00Z',
        '9999-12-30T22:00:00Z 9999-12-31T00:00:00Z 2',
      ],
      ['minute', undefined, '9999-12-31T23:59:59Z', 'to: must not be after 9999-12-31T00:00:00Z'],
      ['day', '2025-10-19T15:00:00Z', undefined, '2025-10-19T00:00:00Z 2026-11-24T00:00:00Z 401'],
    ];
  for (const [step, from, to, expected] of CASES)
    test(`${step} from ${from ?? 'nothing'} to ${to ?? 'nothing'} → ${expected}`, () => {
      assert.equal(shown(rangeOf({ step, fromMs: ms(from), toMs: ms(to) }, NOW)), expected);
    });

  for (const [from, to] of [
    [-Infinity, undefined],
    [undefined, Infinity],
    [-Infinity, Infinity],
  ] as const)
    test(`days from ${from} to ${to} → refused`, () => {
      assert.equal(typeof rangeOf({ step: 'day', fromMs: from, toMs: to }, NOW), 'string');
    });
});

function ms(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

function shown(range: ReturnType<typeof rangeOf>): string {
  if (typeof range === 'string') return range;
  const times = [range.fromMs, range.toMs].map((one) => new Date(one).toISOString());
  return `${times.join(' ').replaceAll('.000Z', 'Z')} ${beginnings(range).length}`;
}
