import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { SchemaThreads } from '../../src/schemas/schema-threads.ts';

/** Of a member `all` there are 2^40 alternatives; without it there is nothing to do. */
const DOUBLING = JSON.stringify({
  properties: { all: { $ref: '#/$defs/0' } },
  $defs: Object.fromEntries(
    Array.from({ length: 41 }, (_one, i) => [
      i,
      i === 40 ? false : { anyOf: [1, 2].map(() => ({ $ref: `#/$defs/${i + 1}` })) },
    ]),
  ),
});
const NUMBER = JSON.stringify({ properties: { n: { type: 'number' } } });

const SLOW = '{"all":1}';
const QUICK = '{"n":1}';

function threadsOf(t: TestContext): SchemaThreads {
  const threads = new SchemaThreads({ runMs: 100 });
  t.after(() => threads.close());
  return threads;
}

/** Asks for slow payloads. `done`: so many were answered. */
function slowOnes(threads: SchemaThreads, count: number) {
  const asked = { done: 0, all: [] as Promise<void>[] };
  for (let i = 0; i < count; i += 1)
    asked.all.push(
      threads.validate(DOUBLING, SLOW).then(({ kind }) => {
        assert.equal(kind, 'too_slow');
        asked.done += 1;
      }),
    );
  return asked;
}

suite('payloads of one schema that take too long', () => {
  test('a payload of another schema comes → it waits for one of them at most', async (t) => {
    const threads = threadsOf(t);
    const slow = slowOnes(threads, 6);
    for (let i = 0; i < 3; i += 1) {
      const before = slow.done;
      assert.deepEqual(await threads.validate(NUMBER, QUICK), { kind: 'fits' });
      assert.ok(slow.done <= before + 1, `${slow.done - before} were before it`);
    }
    await Promise.all(slow.all);
  });

  test('another schema is examined or compared → it waits for one of them at most', async (t) => {
    const threads = threadsOf(t);
    const slow = slowOnes(threads, 4);
    assert.deepEqual(await threads.examine(NUMBER), { kind: 'usable' });
    assert.deepEqual(await threads.compare(NUMBER, NUMBER), { kind: 'compatible' });
    assert.ok(slow.done <= 2);
    await Promise.all(slow.all);
  });

  test('their schema was quick before → they are not with the quick ones any longer', async (t) => {
    const threads = threadsOf(t);
    assert.deepEqual(await threads.validate(DOUBLING, QUICK), { kind: 'fits' });
    assert.deepEqual(await threads.validate(NUMBER, QUICK), { kind: 'fits' });
    const slow = slowOnes(threads, 6);
    const quick = Array.from({ length: 200 }, () => threads.validate(NUMBER, QUICK));
    const answers = await Promise.all(quick);
    assert.ok(answers.every(({ kind }) => kind === 'fits'));
    assert.ok(slow.done < 6, 'the quick ones have waited for all');
    await Promise.all(slow.all);
  });
});

test('many payloads of a schema that is new → each has its own answer', async (t) => {
  const threads = threadsOf(t);
  const payloads = Array.from({ length: 300 }, (_one, i) => ({ n: i % 3 === 0 ? `${i}` : i }));
  const answers = await Promise.all(
    payloads.map((payload) => threads.validate(NUMBER, JSON.stringify(payload))),
  );
  for (const [i, { kind }] of answers.entries())
    assert.equal(kind, i % 3 === 0 ? 'misfit' : 'fits');
});

test('closed while jobs wait → all of these are rejected', async () => {
  const threads = new SchemaThreads();
  const slow = [1, 2, 3].map(() => threads.validate(DOUBLING, SLOW));
  const outcomes = Promise.allSettled(slow);
  await threads.close();
  assert.ok((await outcomes).every(({ status }) => status === 'rejected'));
});
