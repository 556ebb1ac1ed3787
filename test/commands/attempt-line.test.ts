import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { KnownAttempt } from '../../src/commands/api/following/attempt-facts.ts';
import { statusPatterns } from '../../src/commands/api/following/attempt-filter.ts';
import { verdictOf } from '../../src/commands/api/following/attempt-line.ts';

type Delivery = NonNullable<KnownAttempt['delivery']>;

suite('what follows from an attempt', () => {
  const PENDING = { status: 'pending', held_reason: null, failed_reason: null } as const;
  const CASES: [when: string, success: boolean, delivery: object | undefined, says: string[]][] = [
    ['it succeeded', true, undefined, ['succeeded']],
    ['its delivery is gone', false, undefined, []],
    ['another one is due', false, PENDING, ['next at T']],
    ['it is held', false, { ...PENDING, held_reason: 'ordered' }, ['held: ordered']],
    [
      'it was the last one',
      false,
      { status: 'failed', failed_reason: 'expired' },
      ['failed for good: expired'],
    ],
    ['an old one failed', false, { status: 'failed', failed_reason: null }, ['failed for good']],
    ['there were others', false, { ...PENDING, delivery_attempts: 3 }, ['tried again since']],
  ];
  for (const [when, success, delivery, says] of CASES)
    test(`${when} → ${JSON.stringify(says)}`, () => {
      const known = {
        attempt: { success },
        delivery: delivery && ({ delivery_attempts: 2, ...delivery } as Delivery),
        number: 2,
      } as KnownAttempt;
      assert.deepEqual(
        verdictOf(known, () => 'T'),
        says,
      );
    });

  test('its number is not known → nothing is said of a failure', () => {
    const delivery = { ...PENDING, delivery_attempts: 2 };
    const known = { attempt: { success: false }, delivery } as unknown as KnownAttempt;
    assert.deepEqual(
      verdictOf(known, () => 'T'),
      [],
    );
  });
});

suite('statuses', () => {
  for (const [text, patterns] of [
    ['5xx', ['5xx']],
    ['404, 5XX,none', ['404', '5xx', 'none']],
    ['6xx', undefined],
    ['200,', undefined],
    ['ok', undefined],
  ] as const)
    test(`${text} → ${JSON.stringify(patterns)}`, () =>
      assert.deepEqual(statusPatterns(text), patterns));
});
