import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { retryAfterSeconds } from '../../src/attempts/retry-after.ts';
import type { Exchange } from '../../src/sending/send.ts';

const NOW = '2026-11-26T12:00:00Z';
const BOUNDS = { maxSeconds: 3600, nowMs: Date.parse(NOW) };
const DATE = ['Date', 'Thu, 26 Nov 2026 12:00:00 GMT'];

const CASES: [when: string, rawHeaders: string[], seconds: number | undefined][] = [
  ['no such header', ['Retry', '5'], undefined],
  ['seconds', ['Retry-After', '120'], 120],
  ['a name in another case, and blanks around the value', ['rEtRy-aFtEr', ' 120\t'], 120],
  ['seconds with zeros in front', ['Retry-After', '0005'], 5],
  ['0 seconds', ['Retry-After', '0'], undefined],
  ['the longest that is allowed', ['Retry-After', '3600'], 3600],
  ['more than is allowed', ['Retry-After', '3601'], 3600],
  ['10,000 digits', ['Retry-After', '9'.repeat(10_000)], 3600],
  ['10,000 zeros', ['Retry-After', '0'.repeat(10_000)], undefined],
  ['an exponent', ['Retry-After', '1e300'], undefined],
  ['a negative number', ['Retry-After', '-5'], undefined],
  ['a sign', ['Retry-After', '+5'], undefined],
  ['a fraction', ['Retry-After', '1.5'], undefined],
  ['a hexadecimal number', ['Retry-After', '0x10'], undefined],
  ['a unit', ['Retry-After', '5 seconds'], undefined],
  ['digits of another script', ['Retry-After', '٥'], undefined],
  ['nothing', ['Retry-After', ''], undefined],
  ['a list', ['Retry-After', '5, 10'], undefined],
  ['a word', ['Retry-After', 'later'], undefined],
  ['a date of RFC 3339', ['Retry-After', '2026-11-26T12:01:00Z'], undefined],
  ['an IMF-fixdate', ['Retry-After', 'Thu, 26 Nov 2026 12:01:00 GMT', ...DATE], 60],
  ['a date of RFC 850', ['Retry-After', 'Thursday, 26-Nov-26 12:01:00 GMT', ...DATE], 60],
  ['a date of asctime', ['Retry-After', 'Thu Nov 26 12:01:00 2026', ...DATE], 60],
  [
    'a date of asctime on a day of one digit',
    ['Retry-After', 'Sun Nov  1 12:01:00 2026', 'Date', 'Sun Nov  1 12:00:00 2026'],
    60,
  ],
  ['a leap second', ['Retry-After', 'Thu, 26 Nov 2026 12:00:60 GMT', ...DATE], 60],
  ['a date without a Date', ['Retry-After', 'Thu, 26 Nov 2026 12:01:00 GMT'], 60],
  [
    'a date, and a clock that is an hour late',
    ['Retry-After', 'Thu, 26 Nov 2026 11:01:00 GMT', 'Date', 'Thu, 26 Nov 2026 11:00:00 GMT'],
    60,
  ],
  [
    'a date, and a clock that is a day early',
    ['Retry-After', 'Fri, 27 Nov 2026 12:01:00 GMT', 'Date', 'Friday, 27-Nov-26 12:00:00 GMT'],
    60,
  ],
  [
    'a date, and a Date that is none',
    ['Retry-After', 'Thu, 26 Nov 2026 12:01:00 GMT', 'Date', 'yesterday'],
    60,
  ],
  ['the present time', ['Retry-After', 'Thu, 26 Nov 2026 12:00:00 GMT', ...DATE], undefined],
  ['a date in the past', ['Retry-After', 'Thu, 26 Nov 2026 11:59:59 GMT', ...DATE], undefined],
  ['a date of long ago', ['Retry-After', 'Sun, 06 Nov 1994 08:49:37 GMT', ...DATE], undefined],
  [
    'a year of two digits in the last century',
    ['Retry-After', 'Sunday, 06-Nov-94 08:49:37 GMT', ...DATE],
    undefined,
  ],
  [
    'a year of two digits within 50 years',
    ['Retry-After', 'Thursday, 26-Nov-76 12:00:00 GMT', ...DATE],
    3600,
  ],
  ['a date far ahead', ['Retry-After', 'Fri, 31 Dec 9999 23:59:59 GMT', ...DATE], 3600],
  ['the year 0', ['Retry-After', 'Sat, 01 Jan 0000 00:00:00 GMT', ...DATE], undefined],
  ['a day that does not exist', ['Retry-After', 'Tue, 30 Feb 2027 12:00:00 GMT'], undefined],
  ['day 0', ['Retry-After', 'Tue, 00 Dec 2026 12:00:00 GMT'], undefined],
  ['hour 24', ['Retry-After', 'Thu, 26 Nov 2026 24:00:00 GMT'], undefined],
  ['another zone', ['Retry-After', 'Thu, 26 Nov 2026 12:01:00 CET'], undefined],
  ['lower case', ['Retry-After', 'thu, 26 nov 2026 12:01:00 gmt'], undefined],
  ['several headers', ['Retry-After', '5', 'A', 'b', 'Retry-After', '60'], 60],
  ['several headers, one of which can be read', ['Retry-After', 'x', 'Retry-After', '7'], 7],
  ['the name as a value', ['A', 'Retry-After', 'B', '5'], undefined],
];

for (const [when, rawHeaders, seconds] of CASES)
  test(`Retry-After: ${when} → ${seconds === undefined ? 'ignored' : `${seconds} s`}`, () =>
    assert.equal(retryAfterSeconds(answer(503, rawHeaders), BOUNDS), seconds));

for (const [status, seconds] of [
  [429, 9],
  [503, 9],
  [200, undefined],
  [202, undefined],
  [301, undefined],
  [413, undefined],
  [500, undefined],
] as const)
  test(`Retry-After with status ${status} → ${seconds === undefined ? 'ignored' : 'counts'}`, () =>
    assert.equal(retryAfterSeconds(answer(status, ['Retry-After', '9']), BOUNDS), seconds));

test('no response → nothing', () => {
  const failure = { kind: 'failure', reason: 'refused', message: '', durationMs: 1 } as const;
  assert.equal(retryAfterSeconds(failure, BOUNDS), undefined);
});

test('any headers → nothing, or a number above 0 and up to the bound', () => {
  const name = fc.oneof(fc.constant('Retry-After'), fc.constant('Date'), fc.string());
  const date = fc.date({ noInvalidDate: true }).map((one) => one.toUTCString());
  const value = fc.oneof(fc.string(), fc.bigInt().map(String), fc.double().map(String), date);
  const headers = fc.array(fc.tuple(name, value)).map((pairs) => pairs.flat());
  fc.assert(
    fc.property(headers, (rawHeaders) => {
      const seconds = retryAfterSeconds(answer(429, rawHeaders), BOUNDS);
      assert.ok(seconds === undefined || (seconds > 0 && seconds <= BOUNDS.maxSeconds));
    }),
    { numRuns: 2000 },
  );
});

function answer(status: number, rawHeaders: string[]): Exchange {
  const head = { httpVersion: '1.1', status, reason: '', rawHeaders };
  return { kind: 'response', ...head, body: Buffer.alloc(0), bodyCut: false, durationMs: 1 };
}
