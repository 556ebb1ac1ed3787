import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseError } from 'pg';
import {
  Overloaded,
  SharedCommits,
  type SharedCommitOptions,
} from '../../src/database/shared-commit.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { freshDatabase } from '../setup/database.ts';

const OPTIONS: SharedCommitOptions = {
  maxBatch: 100,
  maxWaiting: 1000,
  retryDelayMs: () => undefined,
};

/** A commit that a test ends by hand. `batches` are those begun so far. */
function byHand() {
  const batches: number[][] = [];
  const ends: { succeed(): void; fail(error: unknown): void }[] = [];
  return {
    batches,
    commit: (items: number[]) => {
      batches.push(items);
      return new Promise<string[]>((resolve, reject) =>
        ends.push({ succeed: () => resolve(items.map((item) => `did ${item}`)), fail: reject }),
      );
    },
    /** Ends batch number `n`, counted from 0, and lets all that follows from it happen. */
    async end(n: number, error?: unknown) {
      if (error === undefined) ends[n]?.succeed();
      else ends[n]?.fail(error);
      await new Promise(setImmediate);
    },
  };
}

test('idle → committed at once, alone', async () => {
  const { commit, batches, end } = byHand();
  const shared = new SharedCommits(commit, OPTIONS);
  const first = shared.add(1);
  assert.deepEqual(batches, [[1]]);
  await end(0);
  assert.equal(await first, 'did 1');
  const second = shared.add(2);
  assert.deepEqual(batches, [[1], [2]]);
  await end(1);
  assert.equal(await second, 'did 2');
});

test('callers during a commit → share the next commit in their order, each with its own result', async () => {
  const { commit, batches, end } = byHand();
  const shared = new SharedCommits(commit, OPTIONS);
  const results = [1, 2, 3, 4].map((item) => shared.add(item));
  assert.deepEqual(batches, [[1]]);
  await end(0);
  assert.deepEqual(batches, [[1], [2, 3, 4]]);
  await end(1);
  assert.deepEqual(await Promise.all(results), ['did 1', 'did 2', 'did 3', 'did 4']);
});

test('more callers than a batch may have → several batches', async () => {
  const { commit, batches, end } = byHand();
  const shared = new SharedCommits(commit, { ...OPTIONS, maxBatch: 2 });
  const results = [1, 2, 3, 4].map((item) => shared.add(item));
  for (const n of [0, 1, 2]) await end(n);
  assert.deepEqual(batches, [[1], [2, 3], [4]]);
  assert.equal((await Promise.all(results)).length, 4);
});

test('callers whose items weigh more than a batch may → several batches, and an item that is too heavy goes alone', async () => {
  const { commit, batches, end } = byHand();
  const shared = new SharedCommits(commit, {
    ...OPTIONS,
    weight: { of: (item: number) => item, max: 10 },
  });
  const results = [1, 6, 4, 3, 8, 40, 2].map((item) => shared.add(item));
  for (const n of [0, 1, 2, 3, 4, 5]) await end(n);
  assert.deepEqual(batches, [[1], [6, 4], [3], [8], [40], [2]]);
  assert.equal((await Promise.all(results)).length, 7);
});

test('two lanes → two commits at a time, and the third caller waits', async () => {
  const { commit, batches, end } = byHand();
  const shared = new SharedCommits(commit, { ...OPTIONS, lanes: 2 });
  const results = [1, 2, 3].map((item) => shared.add(item));
  assert.deepEqual(batches, [[1], [2]]);
  await end(1);
  assert.deepEqual(batches, [[1], [2], [3]]);
  for (const n of [0, 2]) await end(n);
  assert.deepEqual(await Promise.all(results), ['did 1', 'did 2', 'did 3']);
});

test('as many callers as may wait → one more is turned away at once, the others are served; room again → accepted again', async () => {
  const { commit, end } = byHand();
  const shared = new SharedCommits(commit, { ...OPTIONS, maxWaiting: 2 });
  const served = [1, 2, 3].map((item) => shared.add(item));
  await assert.rejects(shared.add(4), Overloaded);
  await end(0);
  const later = shared.add(5);
  for (const n of [1, 2]) await end(n);
  assert.deepEqual(await Promise.all([...served, later]), ['did 1', 'did 2', 'did 3', 'did 5']);
});

test('one item at fault among many → it fails alone, the others are committed', async () => {
  const committed: number[] = [];
  const shared = new SharedCommits(async (items: number[]) => {
    await new Promise(setImmediate);
    if (items.includes(5)) throw new Error('5 is at fault');
    committed.push(...items);
    return items;
  }, OPTIONS);
  const outcomes = await Promise.allSettled(
    [0, 1, 2, 3, 4, 5, 6, 7].map((item) => shared.add(item)),
  );
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    [0, 1, 2, 3, 4, 5, 6, 7].map((item) => (item === 5 ? 'rejected' : 'fulfilled')),
  );
  assert.deepEqual(new Set(committed), new Set([0, 1, 2, 3, 4, 6, 7]));
});

test('every item at fault → each gets the error, and the next caller is served', async () => {
  let broken = true;
  const shared = new SharedCommits(async (items: number[]) => {
    await new Promise(setImmediate);
    if (broken) throw new Error('broken');
    return items;
  }, OPTIONS);
  const outcomes = await Promise.allSettled([1, 2, 3].map((item) => shared.add(item)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  broken = false;
  assert.equal(await shared.add(4), 4);
});

test('a passing failure → the same batch again after the delay, and no caller notices it', async () => {
  const { commit, batches, end } = byHand();
  const asked: number[] = [];
  const shared = new SharedCommits(commit, {
    ...OPTIONS,
    retryDelayMs: (failures) => {
      asked.push(failures);
      return 0;
    },
  });
  const results = [1, 2].map((item) => shared.add(item));
  await end(0);
  for (const n of [1, 2]) {
    await end(n, deadlock());
    while (batches.length < n + 2) await new Promise(setImmediate);
  }
  await end(3);
  assert.deepEqual(await Promise.all(results), ['did 1', 'did 2']);
  assert.deepEqual(batches, [[1], [2], [2], [2]]);
  assert.deepEqual(asked, [1, 2]);
});

test('a failure that seems to pass but belongs to one item → the others are committed, and that item is tried until it passes', async () => {
  const committed: number[] = [];
  let broken = true;
  const shared = new SharedCommits(
    async (items: number[]) => {
      await new Promise(setImmediate);
      if (broken && items.includes(5)) throw raised();
      committed.push(...items);
      return items;
    },
    { ...OPTIONS, retryDelayMs: () => 0 },
  );
  const results = Array.from({ length: 9 }, (_, item) => shared.add(item));
  await Promise.all(results.filter((_, item) => item !== 5));
  assert.equal(await shared.add(9), 9);
  assert.ok(!committed.includes(5));
  broken = false;
  assert.equal(await results[5], 5);
  assert.deepEqual(new Set(committed), new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
});

test('a passing failure that is given up → every caller of the batch gets it, and the batch is not split', async () => {
  const { commit, batches, end } = byHand();
  const shared = new SharedCommits(commit, OPTIONS);
  const results = Promise.allSettled([1, 2, 3].map((item) => shared.add(item)));
  await end(0);
  await end(1, deadlock());
  const outcomes = await results;
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  );
  assert.deepEqual(batches, [[1], [2, 3]]);
});

test('real transactions, one item that breaks a rule of the table → all others are in it', async (t) => {
  const { pool } = await freshDatabase(t, 'template0');
  await pool.query('create table numbers (n integer check (n <> 13))');
  const shared = new SharedCommits(
    (items: number[]) =>
      inTransaction(pool, async (tx) => {
        await tx.query('insert into numbers (n) select unnest($1::integer[])', [items]);
        return items;
      }),
    OPTIONS,
  );
  const all = Array.from({ length: 50 }, (_, i) => i);
  const outcomes = await Promise.allSettled(all.map((item) => shared.add(item)));
  const { rows } = await pool.query<{ n: number }>('select n from numbers order by n');
  assert.deepEqual(
    rows.map(({ n }) => n),
    all.filter((n) => n !== 13),
  );
  assert.deepEqual(
    outcomes.flatMap(({ status }, i) => (status === 'rejected' ? [i] : [])),
    [13],
  );
});

function deadlock(): DatabaseError {
  return Object.assign(new DatabaseError('deadlock detected', 1, 'error'), { code: '40P01' });
}

/** The error that a trigger of somebody else may raise for one row. */
function raised(): DatabaseError {
  return Object.assign(new DatabaseError('not this one', 1, 'error'), { code: 'P0001' });
}
