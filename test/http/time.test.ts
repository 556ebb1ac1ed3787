import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { isDateTime, utcTime } from '../../src/http/time.ts';
import { freshDatabase } from '../setup/database.ts';
import { wholeFile } from '../setup/whole-file.ts';

const { pool } = await freshDatabase(wholeFile);

/**
 * Times, and in UTC to the microsecond: the one before them and the one after them, where that is
 * another one.
 */
const TABLE: [time: string, down: string, up?: string][] = [
  ['2026-03-08T20:41:25Z', '2026-03-08T20:41:25.000000Z'],
  ['2026-03-08t20:41:25z', '2026-03-08T20:41:25.000000Z'],
  ['2026-03-08T20:41:25.123456Z', '2026-03-08T20:41:25.123456Z'],
  ['2026-03-08T20:41:25.1Z', '2026-03-08T20:41:25.100000Z'],
  ['2026-03-08T20:41:25.1234560000Z', '2026-03-08T20:41:25.123456Z'],
  ['2026-03-08T20:41:25.1234560001Z', '2026-03-08T20:41:25.123456Z', '2026-03-08T20:41:25.123457Z'],
  ['2026-12-31T23:59:59.9999999Z', '2026-12-31T23:59:59.999999Z', '2027-01-01T00:00:00.000000Z'],
  ['1969-12-31T23:59:59.9999999Z', '1969-12-31T23:59:59.999999Z', '1970-01-01T00:00:00.000000Z'],
  ['2021-03-08T20:41:25-22:06', '2021-03-09T18:47:25.000000Z'],
  ['2021-03-08T20:41:25.654321+23:59', '2021-03-07T20:42:25.654321Z'],
  ['2024-02-28T00:01:00-23:59', '2024-02-29T00:00:00.000000Z'],
  ['2024-03-01T00:00:00-00:00', '2024-03-01T00:00:00.000000Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000000Z'],
  ['2016-12-31T15:59:60.5-08:00', '2017-01-01T00:00:00.500000Z'],
  ['2017-01-01T23:58:60+23:59', '2017-01-01T00:00:00.000000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
  ['0000-12-31T23:59:59-00:01', '0001-01-01T00:00:59.000000Z'],
  ['0000-12-31T23:59:59.9999999Z', '-infinity', '0001-01-01T00:00:00.000000Z'],
  ['0001-01-01T00:00:00+00:01', '-infinity'],
  ['0000-01-01T00:00:00+23:59', '-infinity'],
  ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
  ['9999-12-31T23:59:59.9999999Z', '9999-12-31T23:59:59.999999Z', 'infinity'],
  ['9999-12-31T23:59:59-23:59', 'infinity'],
];

suite('a time in UTC', () => {
  for (const [time, down, up = down] of TABLE) {
    test(`${time} → ${down}${up === down ? '' : `, or ${up}`}, which PostgreSQL reads`, async () => {
      assert.deepEqual([utcTime(time, 'down'), utcTime(time, 'up')], [down, up]);
      await pool.query('select $1::timestamptz, $2::timestamptz', [down, up]);
    });
  }

  test('any time in any offset → the same moment, to the microsecond', () => {
    const moment = fc.date({
      min: new Date('0002-01-01'),
      max: new Date('9998-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        moment,
        fc.nat(999),
        fc.integer({ min: -1439, max: 1439 }),
        (date, micros, offset) => {
          const written = (at: Date) =>
            `${isoOf(at).slice(0, -1)}${String(micros).padStart(3, '0')}`;
          const local = `${written(new Date(date.getTime() + offset * 60_000))}${offsetOf(offset)}`;
          assert.ok(isDateTime(local), local);
          assert.equal(utcTime(local, 'up'), `${written(date)}Z`, local);
        },
      ),
    );
  });

  for (const text of [
    '2016-12-31T23:58:60Z',
    '2016-12-31T22:59:60Z',
    '2016-12-31T23:59:60+01:00',
    '2016-12-31T23:59:61Z',
  ]) {
    test(`${text}, which is not a leap second → refused`, () =>
      assert.equal(isDateTime(text), false));
  }

  test('a text that is not a time → an error, because the caller has to check it first', () =>
    assert.throws(() => utcTime('now', 'up')));
});

/** With four digits of the year, whatever it is. */
function isoOf(date: Date): string {
  return date.toISOString().replace(/^\+00/, '');
}

function offsetOf(minutes: number): string {
  const parts = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${parts.map((part) => String(part).padStart(2, '0')).join(':')}`;
}
