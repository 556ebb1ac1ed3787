import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { looked } from '../../../src/commands/doctor/check.ts';
import { clockCheck } from '../../../src/commands/doctor/database.ts';
import { ways } from '../../../src/commands/doctor/outbound.ts';
import { vacuumChecks } from '../../../src/commands/doctor/vacuum.ts';

suite('clocks', () => {
  const CASES: [apartMs: number, errorMs: number, level: string, message: RegExp][] = [
    [0, 1, 'ok', /agree/],
    [-999, 0, 'ok', /agree/],
    // A slow answer must not look like a wrong clock.
    [2500, 2000, 'ok', /agree/],
    [1500, 10, 'warn', /1 s ahead of/],
    [-12_000, 10, 'warn', /12 s behind/],
    [45_000, 10, 'wrong', /45 s ahead of/],
  ];
  for (const [apartMs, errorMs, level, message] of CASES)
    test(`${apartMs} ms apart, give or take ${errorMs} → ${level}`, () => {
      const check = clockCheck(apartMs, errorMs);
      assert.equal(check.level, level);
      assert.match(check.message, message);
    });
});

suite('vacuum', () => {
  const WELL = {
    isAutovacuumOn: true,
    tables: [],
    transaction: null,
    prepared: 0,
    idleSlots: [],
    idsLeft: 2_000_000_000,
  };
  const open = { pid: 7, application: 'psql', state: 'idle in transaction' };
  const CASES: [changes: Partial<Parameters<typeof vacuumChecks>[0]>, levels: string[], RegExp][] =
    [
      [{}, ['ok'], /dead rows are removed/],
      [{ isAutovacuumOn: false }, ['wrong'], /autovacuum is off/],
      [
        { tables: [{ name: 'deliveries', live: 10, dead: 1_000_000, isOff: false }] },
        ['warn'],
        /deliveries has 1,000,000 dead rows/,
      ],
      [
        { tables: [{ name: 'events', live: 10, dead: 0, isOff: true }] },
        ['warn'],
        /autovacuum is off for the table events/,
      ],
      [{ transaction: { ...open, seconds: 30 } }, ['ok'], /removed/],
      [{ transaction: { ...open, seconds: 7200 } }, ['warn'], /of "psql" has been open for 2 h/],
      [{ prepared: 2 }, ['warn'], /prepared transactions are open: 2/],
      [{ idleSlots: ['old'] }, ['warn'], /nobody reads from the replication slots old/],
      [{ idsLeft: 300_000_000 }, ['warn'], /300,000,000 transaction ids are left/],
      [{ idsLeft: 30_000_000 }, ['wrong'], /30,000,000 transaction ids are left/],
    ];
  for (const [changes, levels, message] of CASES)
    test(`${JSON.stringify(changes)} → ${levels.join()}`, () => {
      const checks = vacuumChecks({ ...WELL, ...changes });
      assert.deepEqual(
        checks.map(({ level }) => level),
        levels,
      );
      assert.match(checks[0]?.message ?? '', message);
    });
});

suite('where webhooks lead', () => {
  const of = (url: string) => ({ id: url, name: url.replace('secret', '…'), url });

  test('addresses, names and what is neither → what is refused, and what is not known', async () => {
    const rules = { policy: 'public', allow: ['127.0.0.2'], deny: [] } as const;
    const found = await ways(
      [
        of('http://user:secret@127.0.0.1/'),
        of('http://127.0.0.2/'),
        of('http://[::1]:8080/'),
        of('http://localhost/'),
        of('http://nobody.invalid/'),
      ],
      rules,
    );
    assert.deepEqual(found.refused.map(({ why }) => why).toSorted(), [
      '127.0.0.1 is a loopback address',
      '[::1] is a loopback address',
      'localhost is a loopback address',
    ]);
    assert.deepEqual(
      found.unknown.map(({ why }) => why),
      ['nobody.invalid'],
    );
    assert.deepEqual([found.hosts, found.left], [5, 0]);
  });
});

test('a look fails → that is told, and no more', async () => {
  const [check] = await looked('disk', async () => {
    throw new Error('permission denied');
  });
  assert.equal(check?.level, 'warn');
  assert.equal(check?.message, 'this could not be looked at: permission denied');
});
