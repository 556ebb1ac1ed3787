import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { KnownAttempt } from '../../src/commands/following/attempt-facts.ts';
import { statusPatterns } from '../../src/commands/following/attempt-filter.ts';
import { verdictOf } from '../../src/commands/following/attempt-line.ts';
import { timeText } from '../../src/commands/time-text.ts';

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

suite('the text of a time', () => {
  const now = new Date('2026-11-26T23:30:00Z');
  for (const [time, text] of [
    ['2026-11-26T01:02:03.456789Z', '01:02:03'],
    ['2026-11-27T00:00:00Z', '2026-11-27 00:00:00'],
  ] as const)
    test(`${time} in UTC → ${text}`, () => assert.equal(timeText(time, { utc: true, now }), text));

  test('in the zone of this machine → as Date has it', () => {
    const text = timeText(now.toISOString(), { utc: false, now });
    assert.equal(text, now.toTimeString().slice(0, 8));
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
