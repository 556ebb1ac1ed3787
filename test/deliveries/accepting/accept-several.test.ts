import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Pool } from '../../../src/database/pool.ts';
import type { Accepted } from '../../../src/deliveries/accepting/accepted.ts';
import { addWebhook } from '../../setup/rows.ts';
import { count, jobs } from '../../setup/tables.ts';
import { lockRow } from '../../setup/row-lock.ts';
import { until } from '../../setup/until.ts';
import { freshAccept, stored } from './accepting.ts';

type Target = 'active' | 'inactive' | 'unknown';
type Result = 'due' | 'held' | 'missing';

const SEVERAL: [when: string, targets: Target[], then: Result[]][] = [
  ['no draft at all', [], []],
  ['drafts of an active webhook', ['active', 'active', 'active'], ['due', 'due', 'due']],
  [
    'some drafts of an inactive webhook',
    ['inactive', 'active', 'inactive'],
    ['held', 'due', 'held'],
  ],
  ['the first of an unknown webhook', ['unknown', 'active'], ['missing', 'due']],
  [
    'one between the others of an unknown webhook',
    ['active', 'unknown', 'inactive', 'active'],
    ['due', 'missing', 'held', 'due'],
  ],
  ['every draft of an unknown webhook', ['unknown', 'unknown'], ['missing', 'missing']],
];

suite('several drafts of one caller', { concurrency: 4 }, () => {
  for (const [when, targets, then] of SEVERAL) {
    test(`${when} → ${then.join(', ') || 'nothing'}, in their order and in one transaction`, async (t) => {
      const database = await freshAccept(t);
      const { accept, pool } = database;
      const active = await addWebhook(database);
      const inactive = await addWebhook(database, { active: false });
      const ids = { active: active.id, inactive: inactive.id, unknown: randomUUID() };
      const drafts = targets.map((target, i) => ({ webhookId: ids[target], payload: `${i}` }));
      // Other callers share the transaction, and get what they would get alone.
      const other = { webhookId: active.id, payload: 'of another caller' };
      const before = [accept([other]), accept([other])];
      const [results, ...others] = await Promise.all([accept(drafts), accept([other]), ...before]);

      assert.deepEqual(results.map(nameOf), then);
      for (const [i, result] of results.entries()) {
        if (result.kind !== 'stored') continue;
        const { webhook_id, payload } = result.delivery;
        assert.deepEqual([webhook_id, payload], [drafts[i]?.webhookId, `${i}`]);
      }
      for (const [result] of others) assert.equal(nameOf(result), 'due');
      const all = [...results, ...others.flat()];
      assert.equal(await count(pool, 'deliveries'), all.filter(isStored).length);
      assert.deepEqual(
        (await jobs(pool)).map(({ deliveryId }) => deliveryId).toSorted(),
        all
          .filter((result) => nameOf(result) === 'due')
          .map((result) => stored(result).id)
          .toSorted(),
      );
      assert.equal(
        await transactionsOf(pool, results.filter(isStored)),
        then.some(isThere) ? 1 : 0,
      );
    });
  }

  test('more than share a transaction, and more text than a statement takes → all stored in their order, in one transaction', async (t) => {
    const database = await freshAccept(t);
    const { id: webhookId } = await addWebhook(database);
    const drafts = Array.from({ length: 150 }, (_one, i) => ({
      webhookId,
      payload: i % 30 === 0 ? `${i}`.padEnd(900_000) : `${i}`,
    }));
    const results = await database.accept(drafts);
    assert.deepEqual(
      results.map((result) => stored(result).payload.trim()),
      drafts.map((_draft, i) => `${i}`),
    );
    assert.equal(await transactionsOf(database.pool, results), 1);
    assert.equal(await count(database.pool, 'postmand_queue.job'), 150);
  });

  test('somebody is about to remove one of the webhooks → nothing is stored before that has ended, and other callers do not wait', async (t) => {
    const database = await freshAccept(t);
    const { accept, acceptOne, pool } = database;
    const webhook = await addWebhook(database);
    const locked = await addWebhook(database);
    const release = await lockRow(t, database, { table: 'webhooks', id: locked.id });
    const drafts = [webhook, locked, webhook].map(({ id }) => ({ webhookId: id, payload: 'x' }));
    const accepting = accept(drafts);
    await until('accept waits for the row', () => isWaiting(pool));
    await acceptOne({ webhookId: webhook.id, payload: 'of another caller' });
    assert.equal(await count(pool, 'deliveries'), 1);

    await release();
    const results = await accepting;
    assert.deepEqual(results.map(nameOf), ['due', 'due', 'due']);
    assert.equal(await transactionsOf(pool, results), 1);
    assert.equal(await count(pool, 'deliveries'), 4);
    assert.equal(await count(pool, 'postmand_queue.job'), 4);
  });

  test('one payload that cannot be stored → none is, and other callers are not told', async (t) => {
    const database = await freshAccept(t);
    const { accept, acceptOne, pool } = database;
    const { id: webhookId } = await addWebhook(database);
    const [bad, good] = await Promise.allSettled([
      accept(['a', 'NUL \0', 'c'].map((payload) => ({ webhookId, payload }))),
      acceptOne({ webhookId, payload: 'of another caller' }),
    ]);
    assert.deepEqual([bad.status, good.status], ['rejected', 'fulfilled']);
    assert.equal(await count(pool, 'deliveries'), 1);
  });
});

function isStored(result: Accepted): boolean {
  return result.kind === 'stored';
}

function nameOf(result: Accepted): Result {
  if (result.kind !== 'stored') return 'missing';
  return result.delivery.held_reason === null ? 'due' : 'held';
}

function isThere(result: Result): boolean {
  return result !== 'missing';
}

/** How many transactions stored these deliveries. */
async function transactionsOf(pool: Pool, results: Accepted[]): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(distinct xmin::text)::integer as count from deliveries where id = any ($1::uuid[])',
    [results.map((result) => stored(result).id)],
  );
  return rows[0]?.count ?? -1;
}

async function isWaiting(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}
