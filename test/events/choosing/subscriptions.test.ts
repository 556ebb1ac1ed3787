import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { isSubscribed } from '../../../src/events/choosing/is-subscribed.ts';
import {
  CHOOSING,
  Subscriptions,
  type Choosable,
} from '../../../src/events/choosing/subscriptions.ts';
import { inTransaction } from '../../../src/database/transaction.ts';
import type { Filter } from '../../../src/webhooks/subscription/filter.ts';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { keepingLog } from '../../setup/parts.ts';
import { addWebhook } from '../../setup/rows.ts';

const PAID = { type: 'order.paid', payload: '{"amount": 100, "customer_id": "c-1"}' };

async function chosen(
  { pool }: TestDatabase,
  subscriptions: Subscriptions,
  event: Choosable = PAID,
): Promise<string[]> {
  return inTransaction(
    pool,
    async (tx) => {
      await subscriptions.refresh(tx);
      return subscriptions.choose(event);
    },
    CHOOSING,
  );
}

test('webhooks with patterns and filters → those that match, each once, in the order of ids', async (t) => {
  const database = await freshDatabase(t);
  const given: [event_types: string[] | null, filter: Filter | null, matches: boolean][] = [
    [['order.paid'], null, true],
    [['order.*', 'order.paid', '**', 'order.**'], null, true],
    [['**'], { payload: { customer_id: 'c-1' } }, true],
    [['**'], { payload: { customer_id: 'c-2' } }, false],
    [['order.*'], { payload: { customer_id: { $in: ['c-0', 'c-1'] } } }, true],
    [['order.*'], { payload: { customer_id: 'c-1', amount: { $gt: 100 } } }, false],
    [['order.*'], { payload: { missing: { $lt: 1 } } }, false],
    [['order.*'], { metadata: { region: 'eu' } }, true],
    [['order.*'], { metadata: { region: 'us' } }, false],
    [['*', 'order', 'order.paid.*'], null, false],
    [[], null, false],
    [null, null, false],
    [null, {}, false],
  ];
  const expected: string[] = [];
  const event = { ...PAID, metadata: { region: 'eu' } };
  for (const [event_types, filter, matches] of given) {
    const { id } = await addWebhook(database, { event_types, filter });
    if (matches) expected.push(id);
    assert.equal(await isSubscribed({ event_types, filter }, event), matches);
  }
  assert.deepEqual(await chosen(database, new Subscriptions(), event), expected.toSorted());
});

test('a payload that is no JSON → who looks at it does not get it', async (t) => {
  const database = await freshDatabase(t);
  const all = await addWebhook(database, { event_types: ['**'] });
  await addWebhook(database, { event_types: ['**'], filter: { payload: { a: 1 } } });
  await addWebhook(database, { event_types: ['**'], filter: { payload: { $exists: false } } });
  for (const payload of ['', 'no JSON', '{"a": 1', '\0'])
    assert.deepEqual(await chosen(database, new Subscriptions(), { type: 'a', payload }), [all.id]);
});

test('subscriptions that change, end and begin → each refresh reads them', async (t) => {
  const database = await freshDatabase(t);
  const { pool } = database;
  const subscriptions = new Subscriptions();
  const a = await addWebhook(database, { event_types: ['order.paid'] });
  const b = await addWebhook(database, { event_types: ['invoice.paid'] });
  const now = () => chosen(database, subscriptions);
  assert.deepEqual(await now(), [a.id]);
  await pool.query(`update webhooks set event_types = '{order.*}' where id = $1`, [b.id]);
  assert.deepEqual(await now(), [a.id, b.id].toSorted());
  await pool.query(`update webhooks set filter = '{"payload": {"amount": 5}}' where id = $1`, [
    a.id,
  ]);
  assert.deepEqual(await now(), [b.id]);
  await pool.query('update webhooks set filter = null where id = $1', [a.id]);
  await pool.query('update webhooks set event_types = null where id = $1', [b.id]);
  assert.deepEqual(await now(), [a.id]);
  await pool.query('update webhooks set deleted_at = now() where id = $1', [a.id]);
  assert.deepEqual(await now(), []);
  assert.equal(subscriptions.size, 0);
});

test('a refresh in a transaction that is rolled back → what it read was committed, and stays known', async (t) => {
  const database = await freshDatabase(t);
  const { pool } = database;
  const subscriptions = new Subscriptions();
  const a = await addWebhook(database, { event_types: ['order.paid'] });
  const failing = inTransaction(
    pool,
    async (tx) => {
      await subscriptions.refresh(tx);
      throw new Error('rolled back');
    },
    CHOOSING,
  );
  await assert.rejects(failing, /rolled back/);
  assert.deepEqual(await chosen(database, subscriptions), [a.id]);

  // A change that is rolled back is seen by nobody, and the next one comes behind it.
  const change = inTransaction(pool, async (tx) => {
    await tx.query(`update webhooks set event_types = '{other}' where id = $1`, [a.id]);
    throw new Error('rolled back');
  });
  await assert.rejects(change, /rolled back/);
  assert.deepEqual(await chosen(database, subscriptions), [a.id]);
  const b = await addWebhook(database, { event_types: ['order.paid'] });
  assert.deepEqual(await chosen(database, subscriptions), [a.id, b.id].toSorted());
});

test('2,000 webhooks, read by ten transactions at once → each chooses all of them', async (t) => {
  const database = await freshDatabase(t);
  await addMany(database, 2000);
  const subscriptions = new Subscriptions();
  const all = await Promise.all(Array.from({ length: 10 }, () => chosen(database, subscriptions)));
  for (const ids of all) assert.equal(ids.length, 2000);
  assert.deepEqual(all[9], all[0]?.toSorted());
});

suite('what is compared every ten minutes', () => {
  test('a webhook whose row is gone → is not chosen any more', async (t) => {
    const database = await freshDatabase(t);
    let now = 0;
    const subscriptions = new Subscriptions({ now: () => now });
    const a = await addWebhook(database, { event_types: ['order.paid'] });
    const b = await addWebhook(database, { event_types: ['order.paid'] });
    await chosen(database, subscriptions);
    await database.pool.query('delete from webhooks where id = $1', [a.id]);
    now += 600_001;
    assert.deepEqual(await chosen(database, subscriptions), [b.id]);
    assert.equal(subscriptions.size, 1);
  });

  test('a database that was restored to an earlier time → all is read again', async (t) => {
    const database = await freshDatabase(t);
    let now = 0;
    const subscriptions = new Subscriptions({ now: () => now });
    const a = await addWebhook(database, { event_types: ['order.paid'] });
    const b = await addWebhook(database, { event_types: ['order.paid'] });
    await chosen(database, subscriptions);
    // The versions before are given once more, to others.
    await database.pool.query('delete from webhooks where id = $1', [b.id]);
    await database.pool.query(`select setval('subscription_versions', 1)`);
    const c = await addWebhook(database, { event_types: ['order.paid'] });
    now += 600_001;
    assert.deepEqual(await chosen(database, subscriptions), [a.id, c.id].toSorted());
  });
});

const UNKNOWN =
  'is not a known operator; there are $eq, $neq, $gt, $gte, $lt, $lte, $in, $nin, $exists, $startsWith, $endsWith, $and, $or, $not';
suite('a subscription that was written by hand', async () => {
  const faults: [what: string, set: string, reason: string][] = [
    [
      'an unknown operator',
      `filter = '{"payload": {"$like": "a"}}'`,
      `filter.payload.$like: ${UNKNOWN}`,
    ],
    ['a filter that is no object', `filter = '[1]'`, 'filter: must be object'],
    ['JSON null as filter', `filter = 'null'`, 'filter: must be object'],
    [
      'a number that is no double',
      `filter = '{"payload": 1e400}'`,
      'filter.payload: must be a number within double precision',
    ],
    [
      'a filter of 2 MB',
      `filter = jsonb_build_object('payload', repeat('x', 2000000))`,
      'filter: cannot be read',
    ],
    [
      'a filter that is very deep',
      `filter = (repeat('[', 5000) || repeat(']', 5000))::jsonb`,
      'must NOT be nested more than 8 deep',
    ],
    ['a pattern that is none', `event_types = '{order.*.paid}'`, 'event_types.0: must be a name'],
    [
      'null among the patterns',
      `event_types = array['order.paid', null]`,
      'event_types.1: must be string',
    ],
    ['patterns in two dimensions', `event_types = '{{a},{b}}'`, 'event_types.0: must be string'],
  ];
  for (const [what, set, reason] of faults)
    test(`${what} → gets nothing, is told once, and others get theirs`, async (t) => {
      const database = await freshDatabase(t);
      const log = keepingLog();
      const subscriptions = new Subscriptions({ log });
      const { id } = await addWebhook(database, { event_types: ['order.paid'] });
      const other = await addWebhook(database, { event_types: ['order.paid'] });
      await database.pool.query(`update webhooks set ${set} where id = $1`, [id]);
      for (let i = 0; i < 3; i += 1)
        assert.deepEqual(await chosen(database, subscriptions), [other.id]);
      const [line, ...more] = log.lines;
      assert.deepEqual(more, []);
      assert.deepEqual([line?.level, line?.event], ['warn', 'subscription.unreadable']);
      assert.equal(line?.fields['webhook_id'], id);
      assert.ok(String(line?.fields['reason']).includes(reason), String(line?.fields['reason']));

      await database.pool.query(
        `update webhooks set event_types = '{**}', filter = null where id = $1`,
        [id],
      );
      assert.deepEqual(await chosen(database, subscriptions), [id, other.id].toSorted());
    });
});

/** All with the same subscription, and none of them active. */
async function addMany({ pool }: TestDatabase, count: number): Promise<void> {
  await pool.query(
    `insert into webhooks (id, name, url, content_type, valid_status_codes, secret_token, active,
       max_delivery_attempts, delivery_attempt_timeout, retry_min_backoff, retry_max_backoff,
       created_at, updated_at, event_types)
     select id, 'many', 'http://127.0.0.1:9/', 'text/plain', '{200}', '', false, 1, 1, 1, 1,
       now(), now(), '{order.*}'
     from unnest($1::uuid[]) as id`,
    [Array.from({ length: count }, () => randomUUID())],
  );
}
