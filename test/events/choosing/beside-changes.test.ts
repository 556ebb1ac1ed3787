import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { inTransaction, type Tx } from '../../../src/database/transaction.ts';
import { isSubscribed } from '../../../src/events/choosing/is-subscribed.ts';
import { CHOOSING, Subscriptions } from '../../../src/events/choosing/subscriptions.ts';
import type { Subscription } from '../../../src/webhooks/subscription/subscription-fault.ts';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { connectionTo } from '../../setup/connection.ts';
import { lastFirst, type Cleanup } from '../../setup/last-first.ts';
import { startApi, type Api } from '../../setup/service.ts';
import { GIVEN } from '../../setup/settings.ts';
import { until } from '../../setup/until.ts';

const EVENT = { type: 'order.paid', payload: '{"amount": 100, "customer": "a"}' };

/** Each of them by turns: with it a webhook gets the event, or does not. */
const CHANGES: Partial<Subscription>[] = [
  { event_types: ['order.paid'], filter: null },
  { event_types: ['order.*'], filter: { payload: { amount: { $gt: 100 } } } },
  { event_types: ['**'], filter: { payload: { customer: 'a' } } },
  { event_types: null, filter: null },
  { event_types: ['order.**'], filter: { payload: { customer: { $in: ['a', 'b'] } } } },
  { event_types: ['order.paid.*'], filter: {} },
];

test('webhooks are created, changed and deleted while others choose → each choice is of what matches at its commit', async (t) => {
  const database = await freshDatabase(t);
  const api = await startApi(t, database);
  const [one, other] = [new Subscriptions(), new Subscriptions()];
  const webhooks: string[] = [];
  for (let i = 0; i < 12; i += 1)
    webhooks.push((await api.createWebhook({ event_types: ['order.paid'] })).id);

  let changed = 0;
  let goesOn = true;
  const changing = webhooks.map(async (_id, i) => {
    for (let turn = i; goesOn; turn += 1) {
      await change(api, webhooks, { at: i, turn });
      changed += 1;
    }
  });
  const versions = new Set<number>();
  const choosing = [one, one, other, other].map(async (subscriptions) => {
    for (let i = 0; i < 60; i += 1) versions.add(await chooseAndCompare(database, subscriptions));
  });
  await Promise.all(choosing);
  goesOn = false;
  await Promise.all(changing);
  t.diagnostic(`${changed} changes, ${versions.size} different moments of 240 choices`);
  assert.ok(versions.size > 10, `${versions.size} different moments`);
});

suite('a transaction that chooses is open', async () => {
  const waits = async (t: Cleanup, what: (api: Api, id: string) => Promise<{ status: number }>) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const { id } = await api.createWebhook({ event_types: ['order.paid'] });
    const choosing = await openChoosing(t, database);
    let isDone = false;
    const call = what(api, id).then((answer) => {
      isDone = true;
      return answer;
    });
    await waitingForLock(database);
    assert.equal(isDone, false);
    await choosing.query('commit');
    const { status } = await call;
    assert.ok(status < 300, String(status));
  };

  test('a PUT of another subscription → waits until the commit', (t) =>
    waits(t, (api, id) => api.call('PUT', `/webhooks/${id}`, { ...GIVEN, event_types: ['a'] })));
  test('a PATCH of the filter → waits until the commit', (t) =>
    waits(t, (api, id) => api.call('PATCH', `/webhooks/${id}`, { filter: { payload: { a: 1 } } })));
  test('a DELETE → waits until the commit', (t) =>
    waits(t, (api, id) => api.call('DELETE', `/webhooks/${id}`)));
  test('a POST of one that subscribes → waits until the commit', (t) =>
    waits(t, (api) => api.call('POST', '/webhooks', { ...GIVEN, event_types: ['a'] })));

  test('whatever does not change what is subscribed to → does not wait', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const subscribed = await api.createWebhook({
      event_types: ['order.paid'],
      filter: { payload: { a: 1 } },
    });
    const direct = await api.createWebhook();
    await openChoosing(t, database);
    const calls: [method: string, path: string, body?: unknown][] = [
      ['POST', '/webhooks', GIVEN],
      ['PUT', `/webhooks/${direct.id}`, { ...GIVEN, name: 'another' }],
      ['PATCH', `/webhooks/${direct.id}`, { filter: { payload: { a: 1 } } }],
      ['DELETE', `/webhooks/${direct.id}`],
      ['PUT', `/webhooks/${subscribed.id}`, { ...GIVEN, active: false }],
      ['PATCH', `/webhooks/${subscribed.id}`, { name: 'another', event_types: ['order.paid'] }],
      ['POST', '/deliveries', { webhook_id: subscribed.id, payload: '{}' }],
    ];
    for (const [method, path, body] of calls) {
      const { status, body: answer } = await api.call(method, path, body);
      assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    }
    assert.equal(await locksWaiting(database), 0);
  });

  test('another transaction that chooses → does not wait', async (t) => {
    const database = await freshDatabase(t);
    await openChoosing(t, database);
    await inTransaction(database.pool, (tx) => new Subscriptions().refresh(tx), CHOOSING);
  });

  test('it is frozen → PostgreSQL ends it, and the change behind it and the next choice go on', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const { id } = await api.createWebhook({ event_types: ['order.paid'] });
    // Our sessions have 10 s for this.
    const frozen = await openChoosing(
      t,
      database,
      `set idle_in_transaction_session_timeout = '1s'`,
    );
    const change = api.call('PATCH', `/webhooks/${id}`, { event_types: ['a'] });
    await waitingForLock(database);
    const subscriptions = new Subscriptions();
    const chosen = inTransaction(
      database.pool,
      async (tx) => {
        await subscriptions.refresh(tx);
        return subscriptions.choose(EVENT);
      },
      CHOOSING,
    );
    assert.equal((await change).status, 200);
    assert.deepEqual(await chosen, []);
    await assert.rejects(frozen.query('commit'));
  });
});

/** By a PUT, a PATCH, or a DELETE and a POST. */
async function change(
  api: Api,
  webhooks: string[],
  { at, turn }: { at: number; turn: number },
): Promise<void> {
  const settings = { ...GIVEN, ...CHANGES[turn % CHANGES.length] };
  const path = `/webhooks/${webhooks[at]}`;
  if (turn % 3 === 0) assert.equal((await api.call('PUT', path, settings)).status, 200);
  else if (turn % 3 === 1) {
    // Null first, as what is given would be merged with what is there.
    assert.equal((await api.call('PATCH', path, { filter: null })).status, 200);
    const { event_types, filter } = settings as Subscription;
    assert.equal((await api.call('PATCH', path, { event_types, filter })).status, 200);
  } else {
    assert.equal((await api.call('DELETE', path)).status, 204);
    const { status, body } = await api.call('POST', '/webhooks', settings);
    assert.equal(status, 201);
    webhooks[at] = body.id;
  }
}

/**
 * Chooses, and asks at its end, under the same lock, what is subscribed to. @returns the newest
 * version of it
 */
async function chooseAndCompare(
  { pool }: TestDatabase,
  subscriptions: Subscriptions,
): Promise<number> {
  return inTransaction(
    pool,
    async (tx) => {
      await subscriptions.refresh(tx);
      const chosen = await subscriptions.choose(EVENT);
      // Others refresh and choose meanwhile, and those who want to change something wait.
      await sleep(1);
      const all = await readAll(tx);
      const expected: string[] = [];
      for (const one of all) if (await isSubscribed(one, EVENT)) expected.push(one.id);
      // A webhook that was removed as a whole may be known until all is compared.
      const there = new Set(all.map(({ id }) => id));
      assert.deepEqual(
        chosen.filter((id) => there.has(id)),
        expected.toSorted(),
      );
      assert.deepEqual(await subscriptions.choose(EVENT), chosen);
      return Math.max(0, ...all.map(({ version }) => version ?? 0));
    },
    CHOOSING,
  );
}

async function readAll(tx: Tx): Promise<(Subscription & { id: string; version: number | null })[]> {
  const { rows } = await tx.query(
    `select id, event_types, filter, subscription_version::float8 as version
     from webhooks where deleted_at is null`,
  );
  return rows as (Subscription & { id: string; version: number | null })[];
}

/** A transaction as another process has it. `first`: what its session runs before. */
async function openChoosing(t: Cleanup, { url }: TestDatabase, first = ''): Promise<Client> {
  const client = new Client(await connectionTo(url));
  client.on('error', () => {});
  await client.connect();
  lastFirst(t).after(() => client.end());
  await client.query(`${first};${CHOOSING}`);
  return client;
}

const waitingForLock = (database: TestDatabase) =>
  until('a change waits for the lock', async () => (await locksWaiting(database)) > 0);

async function locksWaiting({ pool }: TestDatabase): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from pg_locks
     where locktype = 'advisory' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows[0]?.count ?? 0;
}
