import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Webhook, WebhookSettings } from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { GIVEN, LATER_DEFAULTS } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';

/** The settings that version 2.1 did not have: what is taken, refused and kept. */

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);

const CHANGED = {
  max_concurrency: 7,
  rate_limit: { count: 3, per_seconds: 2, burst: 1 },
  retry_schedule: [1, 2],
  retry_jitter: 0.5,
  honor_retry_after: true,
  on_gone: 'deactivate',
  on_failing: 'hold',
  failing_after: { attempts: 1, seconds: 0 },
  deactivate_after: 3600,
  max_delivery_age: 60,
  ordering_on_failure: 'block',
  signatures: ['hub_sha256', 'hub'],
  metadata: { customer: '42' },
  event_types: ['order.**'],
  filter: { payload: { amount: 5 } },
  format: 'cloudevents_binary',
  propagate_trace: true,
} as const satisfies Partial<WebhookSettings>;

/** What holds secrets is not shown as it was given, and has tests of its own. */
const { headers: _headers, auth: _auth, ...SHOWN } = LATER_DEFAULTS;
type Later = keyof typeof SHOWN;
const NAMES = Object.keys(SHOWN) as Later[];

const limit = (count: unknown, per_seconds: unknown, more: object = {}) => ({
  count,
  per_seconds,
  ...more,
});
const after = (attempts: unknown, seconds: unknown, more: object = {}) => ({
  attempts,
  seconds,
  ...more,
});

/** Both ends of each range, and every value of those that have few. */
const TAKEN: { [Name in Later]: unknown[] } = {
  max_concurrency: [1, 10_000],
  rate_limit: [
    limit(1, 1, { burst: 1 }),
    limit(100_000, 3600, { burst: 100_000 }),
    limit(100_000, 1, { burst: 1 }),
  ],
  retry_schedule: [[1], [604_800], [5, 1, 5], Array.from({ length: 50 }, (_one, i) => i + 1)],
  retry_jitter: [0, 1, 0.25],
  honor_retry_after: [false, true],
  on_gone: ['retry', 'deactivate'],
  on_failing: ['retry', 'hold'],
  failing_after: [after(1, 0), after(1000, 86_400)],
  deactivate_after: [3600, 2_592_000],
  max_delivery_age: [1, 31_536_000],
  ordering_on_failure: ['continue', 'block'],
  signatures: [['hub'], ['hub_sha256'], ['hub_sha256', 'hub']],
  metadata: [
    { ['🂡'.repeat(64)]: '🂡'.repeat(255), a: '' },
    Object.fromEntries(Array.from({ length: 20 }, (_one, i) => [`name ${i}`, 'x'])),
    JSON.parse('{"__proto__": "x", "constructor": "y"}'),
  ],
  event_types: [
    ['**'],
    ['*', 'order.paid', 'order.*', 'order.**'],
    Array.from({ length: 100 }, (_one, i) => `type_${i}`),
    ['a'.repeat(128), `${'a'.repeat(128)}.**`],
    ['a', 'a'],
    [],
  ],
  filter: [
    {},
    { payload: { amount: 5 } },
    { payload: { amount: { $gte: -0.5, $lt: 2 ** 53 - 1 }, small: 5e-324, coupon: null } },
    {
      $or: [
        { metadata: { region: { $in: ['eu', 'ü', '\u{1F980}'] } } },
        { $not: { payload: 1e-7 } },
      ],
    },
    { payload: { text: 'x'.repeat(4096 - 23) } },
    JSON.parse('{"payload": {"__proto__": {"constructor": 1.5}, "": [1.5, {"a": []}]}}'),
  ],
  format: ['raw', 'cloudevents_binary', 'cloudevents_structured'],
  propagate_trace: [true, false],
};

for (const name of NAMES)
  test(`${name} at both ends of its range, by POST and by PUT → kept exactly`, async () => {
    const { id } = await create();
    for (const value of TAKEN[name]) {
      assert.deepEqual((await create({ [name]: value }))[name], value);
      assert.deepEqual((await put(id, { [name]: value }))[name], value);
      assert.deepEqual((await read(id))[name], value);
    }
  });

const BURSTS: [given: object, burst: number][] = [
  [limit(100, 1), 100],
  [limit(100, 60), 2],
  [limit(120, 60), 2],
  [limit(1, 3600), 1],
  [limit(100, 60, { burst: null }), 2],
];

for (const [given, burst] of BURSTS)
  test(`the rate limit ${JSON.stringify(given)} → answered with burst ${burst}`, async () => {
    const { id, rate_limit } = await create({ rate_limit: given });
    assert.deepEqual(rate_limit, { ...given, burst });
    assert.deepEqual((await read(id)).rate_limit, { ...given, burst });
  });

type Fault = [value: unknown, details: string];

const UNKNOWN =
  'is not a known operator; there are $eq, $neq, $gt, $gte, $lt, $lte, $in, $nin, $exists, $startsWith, $endsWith, $and, $or, $not';
const REFUSED: { [Name in Later]: Fault[] } = {
  max_concurrency: [
    [0, 'max_concurrency: must be >= 1'],
    [10_001, 'max_concurrency: must be <= 10000'],
    [1.5, 'max_concurrency: must be integer,null'],
    ['5', 'max_concurrency: must be integer,null'],
    [true, 'max_concurrency: must be integer,null'],
  ],
  rate_limit: [
    [limit(0, 1), 'rate_limit.count: must be >= 1'],
    [limit(100_001, 1), 'rate_limit.count: must be <= 100000'],
    [limit(1.5, 1), 'rate_limit.count: must be integer'],
    [limit('1', 1), 'rate_limit.count: must be integer'],
    [limit(null, 1), 'rate_limit.count: must be integer'],
    [limit(1, 0), 'rate_limit.per_seconds: must be >= 1'],
    [limit(1, 3601), 'rate_limit.per_seconds: must be <= 3600'],
    [limit(1, 0.5), 'rate_limit.per_seconds: must be integer'],
    [limit(5, 1, { burst: 0 }), 'rate_limit.burst: must be >= 1'],
    [limit(5, 1, { burst: 6 }), 'rate_limit.burst: must be <= rate_limit.count, which is 5'],
    [limit(5, 1, { burst: 1.5 }), 'rate_limit.burst: must be integer,null'],
    [limit(100_000, 1, { burst: 100_001 }), 'rate_limit.burst: must be <= 100000'],
    [{ per_seconds: 1 }, 'rate_limit.count: is required'],
    [{ count: 1 }, 'rate_limit.per_seconds: is required'],
    [limit(1, 1, { colour: 'blue' }), 'rate_limit.colour: is not a known field'],
    [{}, 'rate_limit.count: is required'],
    [[], 'rate_limit: must be object'],
    [5, 'rate_limit: must be object'],
    ['5/s', 'rate_limit: must be object'],
  ],
  retry_schedule: [
    [[], 'retry_schedule: must NOT have fewer than 1 items'],
    [Array.from({ length: 51 }, () => 1), 'retry_schedule: must NOT have more than 50 items'],
    [[0], 'retry_schedule.0: must be >= 1'],
    [[1, 1, 1, 604_801], 'retry_schedule.3: must be <= 604800'],
    [[1, 1.5], 'retry_schedule.1: must be integer'],
    [[1, '1'], 'retry_schedule.1: must be integer'],
    [[null], 'retry_schedule.0: must be integer'],
    [5, 'retry_schedule: must be array,null'],
    [{ 0: 1 }, 'retry_schedule: must be array,null'],
  ],
  retry_jitter: [
    [-0.01, 'retry_jitter: must be >= 0'],
    [1.01, 'retry_jitter: must be <= 1'],
    ['0.5', 'retry_jitter: must be number,null'],
    [[0.5], 'retry_jitter: must be number,null'],
  ],
  honor_retry_after: [
    ['true', 'honor_retry_after: must be boolean,null'],
    [1, 'honor_retry_after: must be boolean,null'],
  ],
  on_gone: [
    ['hold', 'on_gone: must be equal to one of the allowed values: retry, deactivate, null'],
    ['', 'on_gone: must be equal to one of the allowed values: retry, deactivate, null'],
    [false, 'on_gone: must be string,null'],
  ],
  on_failing: [
    ['deactivate', 'on_failing: must be equal to one of the allowed values: retry, hold, null'],
    ['HOLD', 'on_failing: must be equal to one of the allowed values: retry, hold, null'],
    [1, 'on_failing: must be string,null'],
  ],
  failing_after: [
    [after(0, 60), 'failing_after.attempts: must be >= 1'],
    [after(1001, 60), 'failing_after.attempts: must be <= 1000'],
    [after(1.5, 60), 'failing_after.attempts: must be integer'],
    [after(5, -1), 'failing_after.seconds: must be >= 0'],
    [after(5, 86_401), 'failing_after.seconds: must be <= 86400'],
    [after(5, '60'), 'failing_after.seconds: must be integer'],
    [{ attempts: 5 }, 'failing_after.seconds: is required'],
    [{ seconds: 60 }, 'failing_after.attempts: is required'],
    [after(5, 60, { minutes: 1 }), 'failing_after.minutes: is not a known field'],
    [5, 'failing_after: must be object'],
  ],
  deactivate_after: [
    [3599, 'deactivate_after: must be >= 3600'],
    [2_592_001, 'deactivate_after: must be <= 2592000'],
    [3600.5, 'deactivate_after: must be integer,null'],
    ['3600', 'deactivate_after: must be integer,null'],
  ],
  max_delivery_age: [
    [0, 'max_delivery_age: must be >= 1'],
    [31_536_001, 'max_delivery_age: must be <= 31536000'],
    [1.5, 'max_delivery_age: must be integer,null'],
  ],
  ordering_on_failure: [
    [
      'stop',
      'ordering_on_failure: must be equal to one of the allowed values: continue, block, null',
    ],
    [0, 'ordering_on_failure: must be string,null'],
  ],
  signatures: [
    [[], 'signatures: must NOT have fewer than 1 items'],
    [
      ['sha1'],
      'signatures.0: must be equal to one of the allowed values: hub, hub_sha256, standard, standard_ed25519',
    ],
    [['hub', 'hub'], 'signatures: must NOT have duplicate items (items ## 1 and 0 are identical)'],
    ['hub', 'signatures: must be array,null'],
  ],
  metadata: [
    ['42', 'metadata: must be object,null'],
    [{ customer: 42 }, 'metadata.customer: must be string'],
    [{ customer: null }, 'metadata.customer: must be string'],
    [{ customer: '🂡'.repeat(256) }, 'metadata.customer: must NOT have more than 255 characters'],
    [
      { customer: 'a\0' },
      'metadata.customer: must be text without U+0000 and without unpaired surrogates',
    ],
    [{ '': 'x' }, 'metadata.: a name must NOT be empty'],
    [
      { ['a'.repeat(65)]: 'x' },
      `metadata.${'a'.repeat(64)}: a name must NOT have more than 64 characters`,
    ],
    [
      { 'a\0': 'x' },
      'metadata.a\0: a name must be text without U+0000 and without unpaired surrogates',
    ],
    [
      Object.fromEntries(Array.from({ length: 21 }, (_one, i) => [`name ${i}`, 'x'])),
      'metadata: must NOT have more than 20 properties',
    ],
  ],
  event_types: [
    [Array.from({ length: 101 }, () => 'a'), 'event_types: must NOT have more than 100 items'],
    ['order.paid', 'event_types: must be array,null'],
    [[5], 'event_types.0: must be string'],
    [
      ['order.pa*'],
      'event_types.0: must be a name such as order.paid, or a name with .* or .** behind it, or * or **',
    ],
    [['a', 'a'.repeat(129)], 'event_types.1: a name must NOT have more than 128 characters'],
  ],
  filter: [
    [{ payload: { a: { $gte: null } } }, 'filter.payload.a.$gte: must be a number or a string'],
    [{ payload: { a: { $regex: '.*' } } }, `filter.payload.a.$regex: ${UNKNOWN}`],
    [{ $and: [] }, 'filter.$and: must be an array that is not empty'],
    [
      { payload: { 'a\0': 1 } },
      'filter.payload.a\0: a name must be text without U+0000 and without unpaired surrogates',
    ],
    [
      { payload: { a: ['\ud800'] } },
      'filter.payload.a.0: must be text without U+0000 and without unpaired surrogates',
    ],
    [
      { payload: { a: 2 ** 53 } },
      'filter.payload.a: a whole number must be within ±9007199254740991',
    ],
    [{ payload: 'x'.repeat(4096) }, 'filter: must NOT have more than 4096 bytes of JSON'],
    [[], 'filter: must be object,null'],
    ['payload', 'filter: must be object,null'],
  ],
  format: [
    [
      'cloudevents',
      'format: must be equal to one of the allowed values: raw, cloudevents_binary, cloudevents_structured, null',
    ],
  ],
  propagate_trace: [
    ['true', 'propagate_trace: must be boolean,null'],
    [1, 'propagate_trace: must be boolean,null'],
  ],
};

for (const name of NAMES)
  test(`a bad ${name}, by POST and by PUT → 400 that names it, and nothing is stored`, async () => {
    const webhook = await create(CHANGED);
    const before = await count();
    for (const [value, details] of REFUSED[name]) {
      for (const [method, path] of [
        ['POST', '/webhooks'],
        ['PUT', `/webhooks/${webhook.id}`],
      ] as const) {
        const answer = await api.call(method, path, { ...GIVEN, [name]: value });
        assert.deepEqual(
          [answer.status, answer.body],
          [400, { code: 4, message: 'request validation failed', details }],
        );
      }
    }
    assert.equal(await count(), before);
    assert.deepEqual(await read(webhook.id), webhook);
  });

test('a webhook without any of them, or with null for each → their defaults', async () => {
  const nothing = Object.fromEntries(NAMES.map((name) => [name, null]));
  assert.deepEqual(laterOf(await create()), SHOWN);
  assert.deepEqual(laterOf(await create(nothing)), SHOWN);
});

test('a PUT that leaves them out → kept, while those of version 2.1 go back to their defaults', async () => {
  const { id } = await create(CHANGED);
  const { secret_token: _token, active: _active, ...required } = GIVEN;
  const { status, body } = await api.call('PUT', `/webhooks/${id}`, required);
  assert.equal(status, 200);
  const { secret_token, active } = body as Webhook;
  assert.deepEqual({ secret_token, active }, { secret_token: '', active: false });
  assert.deepEqual(laterOf(body as Webhook), CHANGED);
  assert.deepEqual(await read(id), body);
});

for (const name of NAMES)
  test(`a PUT with null for ${name} → its default, and the others are kept`, async () => {
    const { id } = await create(CHANGED);
    const replaced = await put(id, { [name]: null });
    assert.deepEqual(laterOf(replaced), { ...CHANGED, [name]: LATER_DEFAULTS[name] });
    assert.deepEqual(await read(id), replaced);
  });

test('many PUTs at once, each with one of them → none undoes another', async () => {
  const { id } = await create();
  await Promise.all(NAMES.map((name) => put(id, { [name]: CHANGED[name] })));
  assert.deepEqual(laterOf(await read(id)), CHANGED);
});

const GONE = { deactivated_reason: 'gone', deactivated_at: '2026-01-01T00:00:00.000000Z' };
const NEVER = { deactivated_reason: null, deactivated_at: null };

test('reason and time of a deactivation sent by a client → ignored', async () => {
  const webhook = await create({ ...GONE, active: false });
  assert.deepEqual(deactivationOf(webhook), NEVER);
  assert.deepEqual(deactivationOf(await put(webhook.id, { ...GONE, active: false })), NEVER);
});

test('a webhook that Postmand has deactivated, replaced without becoming active → its reason and time stay', async () => {
  const { id } = await create();
  await deactivate(id);
  const before = await read(id);
  assert.deepEqual(deactivationOf(before), GONE);
  const after = await put(id, { ...before, name: 'another name' });
  assert.deepEqual(deactivationOf(after), GONE);
});

test('a webhook that Postmand has deactivated, made active → it has neither reason nor time', async () => {
  const { id } = await create();
  await deactivate(id);
  const after = await put(id, { ...(await read(id)), active: true });
  assert.deepEqual({ ...deactivationOf(after), active: after.active }, { ...NEVER, active: true });
  await put(id, { active: false });
  assert.deepEqual(deactivationOf(await read(id)), NEVER, 'deactivated by a client');
});

const RESETS: [when: string, change: object, state: string, due: boolean][] = [
  ['made active', { active: true }, 'healthy', true],
  ['no longer held while it fails', { active: false, on_failing: 'retry' }, 'healthy', true],
  ['given null for on_failing', { active: false, on_failing: null }, 'healthy', true],
  ['renamed', { active: false, name: 'another name' }, 'failing', false],
];

for (const [when, change, state, due] of RESETS)
  test(`a failing webhook is ${when} → ${state}${due ? ', and its held deliveries are looked at' : ' as before'}`, async () => {
    const { id } = await create({ active: false, on_failing: 'hold' });
    await database.pool.query(
      `insert into webhook_states (webhook_id, state, consecutive_failures)
       values ($1, 'failing', 5)`,
      [id],
    );
    await put(id, change);
    const { rows } = await database.pool.query(
      `select state, wake_at is not null as due from webhook_states where webhook_id = $1`,
      [id],
    );
    assert.deepEqual(rows, [{ state, due }]);
  });

test('a healthy webhook is replaced → nothing is noted of its state', async () => {
  const { id } = await create(CHANGED);
  await put(id, { name: 'another name' });
  const { rowCount } = await database.pool.query(
    'select from webhook_states where webhook_id = $1',
    [id],
  );
  assert.equal(rowCount, 0);
});

async function deactivate(id: string): Promise<void> {
  await database.pool.query(
    `update webhooks set active = false, deactivated_reason = $2, deactivated_at = $3
     where id = $1`,
    [id, GONE.deactivated_reason, GONE.deactivated_at],
  );
}

function deactivationOf({ deactivated_reason, deactivated_at }: Webhook): object {
  return { deactivated_reason, deactivated_at };
}

async function create(settings: object = {}): Promise<Webhook> {
  const { status, body } = await api.call('POST', '/webhooks', { ...GIVEN, ...settings });
  assert.equal(status, 201, JSON.stringify(body));
  return body as Webhook;
}

async function put(id: string, settings: object): Promise<Webhook> {
  const { status, body } = await api.call('PUT', `/webhooks/${id}`, { ...GIVEN, ...settings });
  assert.equal(status, 200, JSON.stringify(body));
  return body as Webhook;
}

async function read(id: string): Promise<Webhook> {
  return (await api.call('GET', `/webhooks/${id}`)).body as Webhook;
}

function laterOf(webhook: Webhook): Pick<Webhook, Later> {
  return Object.fromEntries(NAMES.map((name) => [name, webhook[name]])) as Pick<Webhook, Later>;
}

async function count(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    'select count(*)::int as count from webhooks',
  );
  return rows[0]?.count ?? -1;
}
