import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { chanceOf, sized } from '../faults/intensity.ts';
import { RULE, type Rule } from './claim-life/claim-steps.ts';
import { cover } from './claim-life/cover.ts';
import { replay } from './claim-life/replay.ts';
import { search, type Path, type Walked } from './claim-life/search.ts';
import { STARTS } from './claim-life/starts.ts';
import { walk } from './claim-life/walk.ts';
import { inWords } from './claim-life/words.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';

/** How many events the search goes on from each of the starts. */
const DEPTHS = {
  accepted: 6,
  isolated: 6,
  doubted: 5,
  'marked again': 5,
  rivals: 4,
  crashed: 5,
  three: 4,
  two: 3,
};

/** Replays at a time, each in a database of its own. */
const LANES = 3;

/** The long form takes minutes. */
const TIMEOUT_MS = 900_000;

/** One that Postmand had: what lost five claims failed, and was not sent. */
const FIVE_CRASHES: Rule = (one) => (one.crashes >= 5 ? 'without_send' : RULE(one));

suite('a claim’s life', { timeout: TIMEOUT_MS }, () => {
  const paths = new Map<string, Walked>();
  const shown = new Set<string>();

  for (const [name, depth] of Object.entries(DEPTHS)) {
    test(`all orders of events from ${name} on → no rule is broken, and each delivery ends when faults stop`, (t) => {
      const found = search(STARTS[name as keyof typeof STARTS], sized(depth, depth + 1), RULE);
      assert.equal(found.counterexample && wordsOf(found.counterexample, RULE), undefined);
      for (const [kind, path] of found.paths) if (!paths.has(kind)) paths.set(kind, path);
      t.diagnostic(`${found.states} states`);
    });
  }

  test('random events, and then none until it is calm → no rule is broken, and the database has what it should after each event', async (t) => {
    const chance = chanceOf('claim-life');
    const starts = Object.values(STARTS).flat();
    const walks = Array.from({ length: sized(40, 300) }, () =>
      walk(chance.pick(starts), chance, { length: sized(12, 30), rule: RULE, shown }),
    );
    await replayAll(t, walks);
  });

  test('each kind of event in each kind of state → the database has what it should', async (t) => {
    await replayAll(t, cover(paths.values(), shown));
  });
});

test('failed after five lost claims, as before → it is found that no send had begun, and it is so in the database', async (t) => {
  const { counterexample } = search(STARTS.accepted, 6, FIVE_CRASHES);
  assert.ok(counterexample);
  assert.match(counterexample.broken, /ended failed, and no send of it had ever begun/);
  t.diagnostic(wordsOf(counterexample, FIVE_CRASHES));
  const difference = await replay(await freshWorkerQueue(t), counterexample, FIVE_CRASHES);
  assert.deepEqual(difference?.events, counterexample.events);
  assert.match(difference?.is ?? '', /"status":"failed".*"attempts":1/);
});

function wordsOf(path: Path & { broken: string }, rule: Rule): string {
  return `${inWords(path, rule)}\n→ ${path.broken}`;
}

async function replayAll(t: TestContext, paths: Path[]): Promise<void> {
  const waiting = [...paths];
  const lane = async () => {
    const worker = await freshWorkerQueue(t);
    for (let path = waiting.pop(); path; path = waiting.pop()) {
      const difference = await replay(worker, path, RULE);
      if (difference === undefined) continue;
      waiting.length = 0;
      const { events, is, expected } = difference;
      assert.fail(`${inWords({ ...path, events }, RULE)}\n→ there is ${is}\n  and not ${expected}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  t.diagnostic(`${paths.length} paths, ${paths.flatMap(({ events }) => events).length} events`);
}
