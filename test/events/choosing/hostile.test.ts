import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Pool } from '../../../src/database/pool.ts';
import { inTransaction } from '../../../src/database/transaction.ts';
import { isSubscribed } from '../../../src/events/choosing/is-subscribed.ts';
import {
  CHOOSING,
  Subscriptions,
  type Choosable,
} from '../../../src/events/choosing/subscriptions.ts';
import { filterFault } from '../../../src/webhooks/subscription/filter.ts';
import { freshDatabase } from '../../setup/database.ts';
import { heapMb } from '../../setup/heap.ts';
import { longestTurnMs } from '../../setup/longest-turn.ts';
import { hostileFilter, json, metadata } from '../../webhooks/subscription/generate.ts';

/** FAST_CHECK_RUNS=400 asks for 20,000 webhooks, where the usual 40 makes 2,000. */
const { FAST_CHECK_SEED: given, FAST_CHECK_RUNS: runs = '40' } = process.env;
const COUNT = Number(runs) * 50;
const seed = Number(given ?? process.env['POSTMAND_TEST_SEED'] ?? 1);

const TYPE = Array.from({ length: 60 }, () => 'a').join('.');
const LONGEST_MS = 50;

const pattern = fc.oneof(
  fc.constantFrom('**', TYPE, `${TYPE.slice(0, -2)}.*`, '*', 'a.**'),
  fc.nat(60).map((levels) => `${'a.'.repeat(levels)}a.**`),
  fc.stringMatching(/^[a-z]{1,40}(\.[a-z]{1,20}){1,3}$/),
);

/** As long, as wide and as dear as filters can be. */
const longFilter = fc.oneof(
  fc.nat().map((i) => ({ payload: { $or: terms(60, (n) => ({ [`k${n}`]: { $gt: i + n } })) } })),
  fc.nat().map((i) => ({ payload: { all: { $in: terms(900, (n) => i + n) } } })),
  fc.nat().map((i) => ({ payload: { all: { $eq: terms(900, (n) => i + n) } } })),
  fc.nat().map((i) => ({ $not: { payload: { $eq: { [`x${i}`]: terms(900, (n) => n) } } } })),
  fc.nat().map((i) => ({ payload: { $not: { $in: terms(60, (n) => ({ k0: i, k1: n })) } } })),
  fc.nat().map((i) => ({ payload: { text: { $startsWith: 'x'.repeat(3000) + i } } })),
  fc.nat().map((i) => ({ payload: { text: { $gt: 'x'.repeat(3000) + i } } })),
  fc.nat().map((i) => ({ payload: { [`own${i}`]: i, [`other${i}`]: `${i}` } })),
  fc.nat().map((i) => ({ metadata: { a: { $nin: terms(500, (n) => `${i}${n}`) } } })),
);

const MEMBERS = terms(70_000, (n) => `"k${n}":${n}`).join(',');
const MIB = 1024 * 1024;

/** 1 MiB each, or nearly. */
const PAYLOADS = {
  'many members': `{${MEMBERS},"text":"x"}`,
  'many numbers': `{"all":[${terms(250_000, (n) => n % 10).join(',')}],"k0":1}`,
  'deep arrays': `${'['.repeat(MIB / 2)}${']'.repeat(MIB / 2)}`,
  'deep objects': `${'{"a":'.repeat(MIB / 6)}1${'}'.repeat(MIB / 6)}`,
  'a long text': JSON.stringify({ text: 'x'.repeat(MIB), k1: 2e9 }),
  'a text of escapes': JSON.stringify({ text: '\n'.repeat(MIB / 2) }),
  'many objects': `[${terms(80_000, () => '{"a":{}}').join(',')}]`,
  'white space': `${' '.repeat(MIB)}1`,
  'no JSON at its end': `[${terms(500_000, () => '1').join(',')}`,
  'no JSON': 'x'.repeat(MIB),
};

test(
  `${COUNT} hostile subscriptions and hostile payloads → who matches, no stall, no growth`,
  { timeout: 900_000 },
  async (t) => {
    const { pool } = await freshDatabase(t);
    const subscriptions = new Subscriptions();
    const refresh = () => inTransaction(pool, (tx) => subscriptions.refresh(tx), CHOOSING);
    const turns: [what: string, ms: number][] = [];
    const measured = async (what: string, work: () => Promise<unknown>) =>
      turns.push([what, await longestTurnMs(work)]);

    let all = await subscribe(pool, 0);
    await measured('the first reading', refresh);
    assert.equal(subscriptions.size, COUNT);
    await compare(subscriptions, all);
    for (const [what, payload] of Object.entries(PAYLOADS))
      await measured(what, () => subscriptions.choose({ type: TYPE, payload }));

    const heaps: number[] = [];
    for (let round = 1; round <= 4; round += 1) {
      all = await subscribe(pool, round);
      await measured('a reading', refresh);
      assert.equal(subscriptions.size, COUNT);
      for (const payload of Object.values(PAYLOADS))
        await subscriptions.choose({ type: TYPE, payload });
      heaps.push(heapMb());
    }
    await compare(subscriptions, all);
    t.diagnostic(
      `longest turns: ${turns.map(([what, ms]) => `${what} ${ms.toFixed(0)} ms`).join(', ')}`,
    );
    t.diagnostic(`heap: ${heaps.map((mb) => mb.toFixed(0)).join(', ')} MB`);
    for (const [what, ms] of turns) assert.ok(ms < LONGEST_MS, `${what}: ${ms} ms`);
    const [first = 0, , , last = 0] = heaps;
    assert.ok(last < first * 1.2 + 5, heaps.join(', '));
  },
);

type Stored = { id: string; event_types: string[]; filter: Record<string, unknown> | null };

/** Gives every webhook another subscription; the webhooks are the same each time. */
async function subscribe(pool: Pool, round: number): Promise<Stored[]> {
  const options = { numRuns: COUNT, seed: seed + round };
  const taken = fc.oneof(
    hostileFilter.filter((one) => filterFault(one) === undefined),
    longFilter,
  );
  const filters = fc.sample(fc.option(taken, { freq: 20 }), options);
  const patterns = fc.sample(fc.array(pattern, { maxLength: 100, size: 'max' }), options);
  await pool.query(
    `insert into webhooks (id, name, url, content_type, valid_status_codes, secret_token, active,
       max_delivery_attempts, delivery_attempt_timeout, retry_min_backoff, retry_max_backoff,
       created_at, updated_at)
     select id, 'hostile', 'http://127.0.0.1:9/', 'text/plain', '{200}', '', false, 1, 1, 1, 1,
       now(), now()
     from unnest($1::uuid[]) as id where not exists (select from webhooks)`,
    [filters.map(() => randomUUID())],
  );
  const { rows } = await pool.query<Stored>(
    `update webhooks set filter = given.filter,
       event_types = array(select jsonb_array_elements_text(given.patterns))
     from (select row_number() over (order by id) as number, id as webhook_id from webhooks) as one
     join unnest($1::jsonb[], $2::jsonb[]) with ordinality as given (filter, patterns, number)
       using (number)
     where id = webhook_id
     returning id, event_types, webhooks.filter`,
    [filters.map((one) => one && JSON.stringify(one)), patterns.map((one) => JSON.stringify(one))],
  );
  return rows;
}

/** Small events, which each of many webhooks is asked about by itself. */
async function compare(subscriptions: Subscriptions, all: Stored[]): Promise<void> {
  const event: fc.Arbitrary<Choosable> = fc.record({
    type: fc.constantFrom(TYPE, 'a', 'a.a'),
    payload: fc.oneof(
      json.map((value) => JSON.stringify(value)),
      fc.constantFrom('no JSON', '{"own1": 1, "k5": 3000000000, "all": 7}'),
    ),
    metadata,
  });
  for (const one of fc.sample(event, { numRuns: 8, seed })) {
    const expected: string[] = [];
    for (const stored of all) if (await isSubscribed(stored, one)) expected.push(stored.id);
    assert.deepEqual(await subscriptions.choose(one), expected.toSorted());
  }
}

function terms<Value>(count: number, one: (number: number) => Value): Value[] {
  return Array.from({ length: count }, (_one, i) => one(i));
}
