import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import { createPool, type Pool } from '../../src/database/pool.ts';
import { hasLivingWorker } from '../../src/queue/turn.ts';
import { ALL_WEBHOOKS } from '../../src/statistics/figures.ts';
import { connectionTo } from '../setup/connection.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { createRole } from '../setup/role.ts';
import { until } from '../setup/until.ts';
import { addAttemptRows, addDeliveryRows, addWebhook, holdAll } from '../setup/rows.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { giveSignOfLife } from '../setup/sign-of-life.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

test('nothing is wrong → no items, nothing due, and the figures of today', async (t) => {
  const { pool, attention } = await started(t);
  await pool.query(
    `insert into statistics_hours (webhook_id, at, accepted, attempts, succeeded)
     select $1, date_trunc('day', now(), 'UTC') + hours * interval '1 hour', 5, 5, 4
     from generate_series(-1, 1) as hours`,
    [ALL_WEBHOOKS],
  );
  const { figures, ...rest } = await attention();
  assert.deepEqual(rest, { items: [], more: false, oldest_due_at: null });
  assert.match(figures.at, /T00:00:00Z$/);
  assert.deepEqual([figures.accepted, figures.succeeded, figures.failed], [10, 8, 0]);
});

test('no worker runs → told at once and before all else, until one does', async (t) => {
  const database = await freshDatabase(t);
  const api = await startApi(t, database);
  const { id } = await addWebhook(database, { name: 'Shop' });
  await fail(database.pool, id, 2 * HOUR);
  const { body } = await api.call('GET', '/attention');
  assert.deepEqual(brief(body.items), [
    ['no_worker', 'critical', null],
    ['failing', 'critical', 'Shop'],
  ]);
  assert.equal(body.items[0].since, null);
  await startWorkerHere(t, database);
  await until('its sign of life', async () => {
    const { body: now } = await api.call('GET', '/attention');
    return now.items[0].kind === 'failing';
  });
});

test('the role of the server may not see when the worker was active → it is taken for living', async (t) => {
  const database = await freshDatabase(t);
  const role = await createRole(t, database);
  await role.alter('nosuperuser');
  await database.pool.query(`grant select on upkeep_turn to ${role.name}`);
  const pool = await poolOf(t, role.url);
  assert.equal(await hasLivingWorker(pool), false);
  await startWorkerHere(t, database);
  await until('the turn', () => hasLivingWorker(database.pool));
  assert.equal(await hasLivingWorker(pool), true);
});

async function poolOf(t: TestContext, url: string): Promise<Pool> {
  const pool = createPool(await connectionTo(url), { max: 1, name: 'test', log: silentLog });
  lastFirst(t).after(() => pool.end());
  return pool;
}

suite('a failing webhook', () => {
  const WAYS = [
    ['hold', 'Its deliveries are held, and one at a time is tried.'],
    ['retry', 'Its deliveries are retried until their attempts are used up.'],
  ] as const;
  for (const [onFailing, then] of WAYS)
    test(`on_failing ${onFailing} → told with its last failure and what is held`, async (t) => {
      const { pool, attention, ...database } = await started(t);
      const { id } = await addWebhook(
        { pool, ...database },
        { on_failing: onFailing, name: 'Shop' },
      );
      await fail(pool, id, 2 * HOUR);
      const [deliveryId = ''] = await addDeliveryRows(pool, [{ webhookId: id }]);
      await holdAll({ pool }, id, 'endpoint_failing');
      await addAttemptRows(pool, [{ webhookId: id, deliveryId, success: false }]);
      const { items } = await attention();
      const [{ since, ...item }] = items;
      assert.equal(items.length, 1);
      assert.ok(Date.parse(since) < Date.now() - 1.9 * HOUR * 1000);
      assert.deepEqual(item, {
        ...NOTHING,
        kind: 'failing',
        severity: 'critical',
        message:
          `Shop has been failing for 2 hours: the last 7 attempts failed. ${then}` +
          ' The last failure: HTTP status 500. 1 delivery is held.',
        webhook_id: id,
        webhook_name: 'Shop',
        deliveries: 1,
        consecutive_failures: 7,
        error: 'HTTP status 500',
      });
    });

  test('for less than an hour → a warning; recovering, inactive or being removed → not told', async (t) => {
    const { pool, attention, ...database } = await started(t);
    const ids = [];
    for (const name of ['failing', 'recovering', 'inactive', 'removed']) {
      const { id } = await addWebhook({ pool, ...database }, { name });
      await fail(pool, id, 600);
      ids.push(id);
    }
    await pool.query(`update webhook_states set state = 'recovering' where webhook_id = $1`, [
      ids[1],
    ]);
    await pool.query('update webhooks set active = false where id = $1', [ids[2]]);
    await pool.query('update webhooks set deleted_at = now() where id = $1', [ids[3]]);
    const { items } = await attention();
    assert.deepEqual(brief(items), [['failing', 'warning', 'failing']]);
    assert.equal(items[0].error, null);
  });
});

test('paused webhooks → notices, that without an end first', async (t) => {
  const { attention, call, createWebhook } = await started(t);
  const one = await createWebhook({ name: 'till then' });
  const other = await createWebhook({ name: 'for good' });
  const until = new Date(Date.now() + HOUR * 1000).toISOString();
  await call('POST', `/webhooks/${one.id}/pause`, { until });
  await call('POST', `/webhooks/${other.id}/pause`);
  const { items } = await attention();
  assert.deepEqual(brief(items), [
    ['paused', 'notice', 'for good'],
    ['paused', 'notice', 'till then'],
  ]);
  assert.equal(items[0].until, null);
  assert.equal(Date.parse(items[1].until), Date.parse(until));
  assert.match(items[0].message, /^for good is paused until somebody resumes it\. Its deliveries/);
});

suite('a webhook that Postmand has deactivated', () => {
  const CASES = [
    ['two days ago', 2 * DAY, false, true],
    ['eight days ago, and deliveries wait', 8 * DAY, true, true],
    ['eight days ago, and nothing waits', 8 * DAY, false, false],
  ] as const;
  for (const [what, seconds, waits, isTold] of CASES)
    test(`${what} → ${isTold ? 'critical' : 'not told'}`, async (t) => {
      const { pool, attention, ...database } = await started(t);
      const { id } = await addWebhook({ pool, ...database }, { active: false, name: 'Shop' });
      await pool.query(
        `update webhooks set deactivated_reason = 'gone',
           deactivated_at = now() - make_interval(secs => $1)`,
        [seconds],
      );
      if (waits) await addDeliveryRows(pool, [{ webhookId: id }]);
      await holdAll({ pool }, id);
      const { items } = await attention();
      assert.deepEqual(brief(items), isTold ? [['deactivated', 'critical', 'Shop']] : []);
      if (isTold) assert.match(items[0].message, /days ago, as its endpoint answered 410 Gone\. /);
    });

  test('a client makes it active again → not told', async (t) => {
    const { pool, attention, call, createWebhook } = await started(t);
    const { id } = await createWebhook({ active: false });
    await pool.query(`update webhooks set deactivated_reason = 'failing', deactivated_at = now()`);
    assert.equal((await attention()).items.length, 1);
    await call('PATCH', `/webhooks/${id}`, { active: true });
    assert.deepEqual((await attention()).items, []);
  });
});

test('blocked ordering keys → one item a webhook, with how many keys and what waits behind them', async (t) => {
  const { pool, attention, ...database } = await started(t);
  for (const name of ['one', 'other']) {
    const { id: webhookId } = await addWebhook({ pool, ...database }, { name });
    const keys = name === 'one' ? 1 : 2;
    for (let key = 0; key < keys; key += 1) {
      const [head = ''] = await addDeliveryRows(pool, [{ webhookId, status: 'failed' }]);
      const [behind = ''] = await addDeliveryRows(pool, [{ webhookId }]);
      await pool.query(
        `update deliveries set ordering_key = $2, is_head = id = $1,
           held_reason = case when id <> $1 then 'ordered' end,
           parked_at = case when id <> $1 then now() end
         where id in ($1, $3)`,
        [head, `key ${key}`, behind],
      );
    }
  }
  const { items } = await attention();
  assert.deepEqual(
    items.map((one: Item) => [one.kind, one.webhook_name, one.ordering_keys, one.deliveries]),
    [
      ['blocked', 'one', 1, 1],
      ['blocked', 'other', 2, 2],
    ],
  );
  assert.equal(
    items[0].message,
    '1 ordering key of one stands still, as a delivery of it has failed.' +
      ' 1 delivery waits behind it until somebody redelivers what has failed, or skips it.',
  );
});

suite('what is due and not sent', () => {
  test('for two minutes → a warning of its webhook; claimed by a worker that lives → none', async (t) => {
    const { pool, attention, ...database } = await started(t);
    const { id: webhookId } = await addWebhook({ pool, ...database }, { name: 'Shop' });
    const [id = ''] = await addDeliveryRows(pool, [
      { webhookId, scheduledAt: -120 },
      { webhookId, scheduledAt: -1 },
      { webhookId, scheduledAt: 60 },
    ]);
    const { items, oldest_due_at: oldest } = await attention();
    assert.deepEqual(brief(items), [['behind', 'warning', 'Shop']]);
    assert.deepEqual([items[0].deliveries, items[0].since], [2, oldest]);
    await addClaim(pool, { id, webhookId, silentSeconds: 5 });
    const claimed = await attention();
    assert.deepEqual(claimed.items, []);
    assert.ok(claimed.oldest_due_at > oldest);
    await pool.query(`update postmand_queue.job set heartbeat_on = now() - interval '2 minutes'`);
    assert.equal((await attention()).items.length, 1);
  });

  const PARTS = [
    ['the backlog of its webhook', 'backlog', 1],
    ['a retry that was due', 'later', 1],
    ['redelivered with many others', 'redelivery', 0],
    ['held by an earlier one of its key', 'ordered', 0],
  ] as const;
  for (const [what, reason, told] of PARTS)
    test(`${what} → ${told === 1 ? 'critical after ten minutes' : 'not told'}`, async (t) => {
      const { pool, attention, ...database } = await started(t);
      const { id } = await addWebhook({ pool, ...database });
      await addDeliveryRows(pool, [{ webhookId: id, scheduledAt: -600 }]);
      await holdAll({ pool }, id, reason);
      await pool.query('insert into webhook_states (webhook_id, over_window) values ($1, true)', [
        id,
      ]);
      const { items } = await attention();
      assert.deepEqual(
        items.map((one: Item) => [one.kind, one.severity, one.deliveries]),
        told === 1 ? [['behind', 'critical', 1]] : [],
      );
    });

  test('of more than ten webhooks → one item for all, whatever the limit', async (t) => {
    const { pool, attention, ...database } = await started(t);
    for (let i = 0; i < 11; i += 1) {
      const { id: webhookId } = await addWebhook({ pool, ...database });
      await addDeliveryRows(pool, [{ webhookId, scheduledAt: -90 - i }]);
    }
    for (const limit of [1, 50]) {
      const { items, more } = await attention(limit);
      assert.deepEqual([items.length, more], [1, false]);
      assert.deepEqual([items[0].webhook_id, items[0].deliveries], [null, 11]);
    }
  });
});

test('deliveries and events that nobody takes in → told after a minute, and before all else', async (t) => {
  const { pool, attention, ...database } = await started(t);
  const { id } = await addWebhook({ pool, ...database });
  await fail(pool, id, 2 * HOUR);
  await addDeliveryRows(pool, [{ webhookId: id, createdAt: -90 }]);
  await holdAll({ pool }, id, 'outbox');
  await pool.query('update deliveries set outbox_place = 7');
  const eventId = randomUUID();
  await pool.query(
    `insert into events (id, type, payload, outbox_place, recipients, created_at) values
       ($1, 'a', '', 8, null, now() - interval '10 minutes'),
       (gen_random_uuid(), 'a', '', 6, '{}', now() - interval '20 minutes')`,
    [eventId],
  );
  const { items } = await attention();
  assert.deepEqual(
    items.map((one: Item) => [one.kind, one.severity, one.deliveries, one.events, one.event_id]),
    [
      ['not_taken_in', 'critical', null, 1, eventId],
      ['failing', 'critical', 0, null, null],
      ['not_taken_in', 'warning', 1, null, null],
    ],
  );
  await pool.query('update deliveries set created_at = now()');
  await pool.query('update events set created_at = now()');
  assert.deepEqual(kinds(await attention()), ['failing']);
});

test('operations that failed, and faulty events → warnings for a week', async (t) => {
  const { pool, attention } = await started(t);
  const operationId = randomUUID();
  await pool.query(
    `insert into operations (id, kind, filter, state, done, error, finished_at) values
       ($1, 'redelivery', '{}', 'failed', 3, 'a trigger refuses it', now() - interval '2 hours'),
       (gen_random_uuid(), 'erasure', '{}', 'failed', 0, null, now() - interval '8 days'),
       (gen_random_uuid(), 'erasure', '{}', 'done', 0, null, now())`,
    [operationId],
  );
  const lastId = randomUUID();
  await pool.query(
    `insert into events (id, type, payload, fault, created_at) values
       ($1, 'order.paid', '', 'payload: must be object', now()),
       (gen_random_uuid(), 'order.paid', '', 'payload: must be array', now() - interval '1 hour'),
       (gen_random_uuid(), 'order.sent', '', 'x', now() - interval '8 days')`,
    [lastId],
  );
  const { items } = await attention();
  assert.deepEqual(brief(items), [
    ['operation_failed', 'warning', null],
    ['event_faulty', 'warning', null],
  ]);
  assert.equal(items[0].operation_id, operationId);
  assert.equal(
    items[0].message,
    'A redelivery failed 2 hours ago, when 3 of its deliveries were done: a trigger refuses it.',
  );
  assert.deepEqual(
    [items[1].event_id, items[1].event_type, items[1].events, items[1].error],
    [lastId, 'order.paid', 2, 'payload: must be object'],
  );
});

test('more than the limit → the most wrong ones, and more is true', async (t) => {
  const { pool, attention, ...database } = await started(t);
  for (let hours = 0; hours < 5; hours += 1) {
    const { id } = await addWebhook({ pool, ...database }, { name: `failing ${hours}` });
    await fail(pool, id, hours * HOUR + 60);
  }
  const { items, more } = await attention(2);
  assert.deepEqual(brief(items), [
    ['failing', 'critical', 'failing 4'],
    ['failing', 'critical', 'failing 3'],
  ]);
  assert.equal(more, true);
  assert.equal((await attention(5)).more, false);
});

type Item = Record<string, unknown>;

const NOTHING = {
  ...{ webhook_id: null, webhook_name: null, operation_id: null, event_id: null },
  ...{ event_type: null, until: null, deliveries: null, ordering_keys: null, events: null },
  ...{ consecutive_failures: null, error: null },
};

const brief = (items: Item[]) =>
  items.map(({ kind, severity, webhook_name: name }) => [kind, severity, name]);
const kinds = ({ items }: { items: Item[] }) => items.map(({ kind }) => kind);

async function started(t: TestContext) {
  const database = await freshDatabase(t);
  const api = await startApi(t, database);
  await giveSignOfLife(database);
  const attention = async (limit?: number) => {
    const { status, body } = await api.call(
      'GET',
      `/attention${limit === undefined ? '' : `?limit=${limit}`}`,
    );
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  return { ...database, ...api, attention };
}

/** The webhook has been failing for so long. */
async function fail(pool: Pool, webhookId: string, seconds: number): Promise<void> {
  await pool.query(
    `insert into webhook_states (webhook_id, consecutive_failures, failing_since)
     values ($1, 7, now() - make_interval(secs => $2))`,
    [webhookId, seconds],
  );
}

type ClaimRow = { id: string; webhookId: string; silentSeconds: number };

async function addClaim(pool: Pool, { id, webhookId, silentSeconds }: ClaimRow): Promise<void> {
  await pool.query(
    `insert into postmand_queue.job (name, state, singleton_key, group_id, policy, heartbeat_on)
     values ('deliveries', 'active', $1, $2, 'exclusive', now() - make_interval(secs => $3))`,
    [id, webhookId, silentSeconds],
  );
}
