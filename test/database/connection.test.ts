import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { connectionTo, describeTarget } from '../../src/database/connection.ts';

suite('a URL that settles the question by itself → no server is asked', () => {
  const CASES: [url: string, caFile: string | undefined, connectionString: string, ssl?: false][] = [
    ['postgres://u:p@h/d?sslmode=disable', undefined, 'postgres://u:p@h/d', false],
    ['postgres://u:p@h/d?sslmode=disable', '/ca.pem', 'postgres://u:p@h/d', false],
    ['postgres://u:p@h/d?a=1&sslmode=disable', undefined, 'postgres://u:p@h/d?a=1', false],
    ['postgres://u:p@h/d?sslmode=disable&a=1', undefined, 'postgres://u:p@h/d?a=1', false],
    ['postgres://u:p@h/d?a=1&sslmode=disable&b=2', undefined, 'postgres://u:p@h/d?a=1&b=2', false],
    ['postgres:///d?host=/run/postgresql', undefined, 'postgres:///d?host=/run/postgresql', false],
    ['postgres://u@h/d?host=%2Frun', undefined, 'postgres://u@h/d?host=%2Frun', false],
    ['postgres://u:p@/d?host=/run', '/ca.pem', 'postgres://u:p@/d?host=/run', false],
    ['postgres://h/d?sslmode=require', undefined, 'postgres://h/d?sslmode=require&uselibpqcompat=true'],
    ['postgres://h/d?sslmode=verify-ca', undefined, 'postgres://h/d?sslmode=verify-ca&uselibpqcompat=true'],
    ['postgres://h/d?sslmode=verify-full', undefined, 'postgres://h/d?sslmode=verify-full&uselibpqcompat=true'],
    ['postgres://h/d?sslmode=require', '/c a.pem', 'postgres://h/d?sslmode=verify-ca&sslrootcert=%2Fc+a.pem&uselibpqcompat=true'],
    ['postgres://h/d?sslmode=verify-ca', '/ca.pem', 'postgres://h/d?sslmode=verify-ca&sslrootcert=%2Fca.pem&uselibpqcompat=true'],
    ['postgres://h/d?sslmode=verify-full', '/ca.pem', 'postgres://h/d?sslmode=verify-full&sslrootcert=%2Fca.pem&uselibpqcompat=true'],
    ['postgres://h/d?sslmode=prefer', '/ca.pem', 'postgres://h/d?sslmode=verify-full&sslrootcert=%2Fca.pem&uselibpqcompat=true'],
    ['postgres://h/d', '/ca.pem', 'postgres://h/d?sslmode=verify-full&sslrootcert=%2Fca.pem&uselibpqcompat=true'],
  ];
  for (const [url, caFile, connectionString, ssl] of CASES) {
    test(`${url}${caFile === undefined ? '' : ` with ${caFile}`} → ${connectionString}`, async () =>
      assert.deepEqual(await connectionTo(url, caFile), { connectionString, ...(ssl === undefined ? {} : { ssl }) }));
  }
});

suite('the target of a URL, for messages', () => {
  for (const [url, target] of [
    ['postgres://user:hunter2@db.example:6432/postmand?sslmode=require', 'db.example:6432/postmand'],
    ['postgres://user:hunter2@db.example/postmand', 'db.example:5432/postmand'],
    ['postgres://user:hunter2@/postmand?host=/run/postgresql', '/run/postgresql:5432/postmand'],
    ['postgresql://db/with%20space', 'db:5432/with space'],
  ] as const) {
    test(`${url} → ${target}, without user and password`, () => assert.equal(describeTarget(url), target));
  }
});
