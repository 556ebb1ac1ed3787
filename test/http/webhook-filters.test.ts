import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { filterFault, readFilter } from '../../src/webhooks/subscription/filter.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { filter, hostileFilter } from '../webhooks/subscription/generate.ts';
import { send } from './request.ts';

const UNKNOWN =
  'is not a known operator; there are $eq, $neq, $gt, $gte, $lt, $lte, $in, $nin, $exists, $startsWith, $endsWith, $and, $or, $not';
const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);

/** FAST_CHECK_RUNS asks for more than the usual 40. */
const { FAST_CHECK_SEED: given, FAST_CHECK_RUNS: runs = '40' } = process.env;
const options = {
  numRuns: Number(runs) * 5,
  ...(given === undefined ? {} : { seed: Number(given) }),
};

suite('a PATCH of a filter', () => {
  const cases: [what: string, before: unknown, patch: unknown, after: unknown][] = [
    [
      'another member',
      { payload: { a: 1 } },
      { metadata: { b: 'c' } },
      { payload: { a: 1 }, metadata: { b: 'c' } },
    ],
    [
      'another operator',
      { payload: { a: { $gt: 1 } } },
      { payload: { a: { $lt: 2.5 } } },
      { payload: { a: { $gt: 1, $lt: 2.5 } } },
    ],
    [
      'null for a member',
      { payload: { a: 1, b: 2 } },
      { payload: { a: null } },
      { payload: { b: 2 } },
    ],
    ['null for its last member', { payload: { a: 1 } }, { payload: { a: null } }, { payload: {} }],
    [
      'an array',
      { payload: { a: { $in: [1, 2] } } },
      { payload: { a: { $in: [null] } } },
      { payload: { a: { $in: [null] } } },
    ],
    ['a filter where there is none', null, { payload: { a: 1, b: null } }, { payload: { a: 1 } }],
    ['null', { payload: { a: 1 } }, null, null],
  ];
  for (const [what, before, patch, after] of cases)
    test(`${what} → merged`, async () => {
      const { id } = await api.createWebhook({ filter: before as Webhook['filter'] });
      const { status, body } = await api.call('PATCH', `/webhooks/${id}`, { filter: patch });
      assert.deepEqual([status, body.filter], [200, after]);
      assert.deepEqual((await api.call('GET', `/webhooks/${id}`)).body.filter, after);
    });

  test('what is too long or has no meaning only when it is merged → 400, and nothing changes', async () => {
    const before = { payload: { a: 'x'.repeat(3000), b: { $exists: true } } };
    const { id } = await api.createWebhook({ filter: before });
    const faults: [patch: object, details: string][] = [
      [{ payload: { c: 'x'.repeat(3000) } }, 'filter: must NOT have more than 4096 bytes of JSON'],
      [{ payload: { b: { $exists: 1 } } }, 'filter.payload.b.$exists: must be true or false'],
    ];
    for (const [patch, details] of faults) {
      const { status, body } = await api.call('PATCH', `/webhooks/${id}`, { filter: patch });
      assert.deepEqual([status, body.details], [400, details]);
    }
    assert.deepEqual((await api.call('GET', `/webhooks/${id}`)).body.filter, before);
  });
});

test('a filter that is as deep as a body can be → 400 that names it', async () => {
  const { id } = await api.createWebhook({ filter: { payload: { a: 1 } } });
  const { name: _name, ...others } = GIVEN;
  const rest = JSON.stringify({ name: 'deep', ...others }).slice(1);
  for (const levels of [1000, 4000, 20_000, 100_000])
    for (const [method, path] of [
      ['POST', '/webhooks'],
      ['PUT', `/webhooks/${id}`],
      ['PATCH', `/webhooks/${id}`],
    ] as const) {
      const deep = `${'{"a":'.repeat(levels)}"x"${'}'.repeat(levels)}`;
      const body = `{"filter":{"payload":${deep}},${rest}`;
      const headers = { 'Content-Type': 'application/json' };
      const { status, json, text } = await send(method, `${api.url}/v1${path}`, { headers, body });
      assert.equal(status, 400, text);
      const { details } = json as { details: string };
      assert.ok(
        /^filter\.payload|nested too deeply|call stack/.test(details),
        `${levels}: ${details}`,
      );
    }
});

test('a subscription that was written by hand → stays where it is not changed', async () => {
  const webhook = await api.createWebhook({ event_types: ['a'] });
  await database.pool.query(
    `update webhooks set event_types = '{A b}', filter = '{"payload": {"$like": 1}}' where id = $1`,
    [webhook.id],
  );
  const path = `/webhooks/${webhook.id}`;
  assert.equal((await api.call('PATCH', path, { active: false })).status, 200);
  assert.equal((await api.call('PUT', path, GIVEN)).status, 200);
  const { body, status } = await api.call('PATCH', path, { filter: { payload: { a: 1 } } });
  assert.deepEqual([status, body.details], [400, `filter.payload.$like: ${UNKNOWN}`]);
  const repaired = await api.call('PUT', path, { ...GIVEN, event_types: ['b'], filter: null });
  assert.deepEqual([repaired.status, repaired.body.event_types], [200, ['b']]);
});

test('any filter that is taken → what is stored means the same, to the last digit', async () => {
  const taken = fc.oneof(filter, hostileFilter).filter((one) => filterFault(one) === undefined);
  const filters = fc.sample(fc.oneof(taken, numbers), options);
  const { rows } = await database.pool.query<{ stored: Webhook['filter'] }>(
    'select filter as stored from unnest($1::jsonb[]) with ordinality as given (filter, at) order by at',
    [filters.map((one) => JSON.stringify(one))],
  );
  for (const [i, { stored }] of rows.entries()) {
    assert.deepEqual(stored, JSON.parse(JSON.stringify(filters[i])));
    assert.doesNotThrow(() => readFilter(stored));
  }
});

test('anything as a filter, by POST → 201, or 400 that names it', async () => {
  await fc.assert(
    fc.asyncProperty(hostileFilter, async (one) => {
      const { status, body } = await api.call('POST', '/webhooks', { ...GIVEN, filter: one });
      if (status === 201) return;
      assert.equal(status, 400);
      assert.match(body.details, /^filter[.:]/);
    }),
    options,
  );
});

const numbers = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((number) => ({ payload: { $gt: number } }))
  .filter((one) => filterFault(one) === undefined);
