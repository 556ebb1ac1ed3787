import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonIn } from '../../../src/database/embedded/binaries.ts';

const ENDED = 'FATAL:  terminating connection due to unexpected postmaster exit';
const FAULT =
  '2026-11-26 04:40 UTC [7] FATAL:  configuration file "postgresql.conf" contains errors';

const CASES: [when: string, printed: string[], then: string | undefined][] = [
  ['a fatal line', ['LOG:  one', FAULT, 'LOG:  two'], FAULT.split('FATAL:  ')[1]],
  ['a session of the server before, then a fatal line', [ENDED, FAULT], FAULT.split('FATAL:  ')[1]],
  ['no fatal line', ['LOG:  one', 'two', ''], 'two'],
  ['nothing', [''], undefined],
];

for (const [when, printed, then] of CASES)
  test(`PostgreSQL printed ${when} → the reason is ${then ?? 'not known'}`, () => {
    assert.equal(reasonIn(printed.join('\n')), then);
  });
