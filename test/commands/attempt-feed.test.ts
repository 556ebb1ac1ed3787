import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ApiClient } from '../../src/client/api.ts';
import { AttemptFeed, type Look } from '../../src/commands/api/following/attempt-feed.ts';
import { freshDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { addAttemptRows, addDeliveryRows, addWebhookRows } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';

const NEVER = new AbortController().signal;

async function feedOf(t: Cleanup, since?: string) {
  const database = await freshDatabase(t);
  const { pool } = database;
  const api = await startApi(t, database);
  const [webhookId = ''] = await addWebhookRows(pool, [{}]);
  const [deliveryId = ''] = await addDeliveryRows(pool, [{ webhookId }]);
  /** Attempts so many seconds ago each. */
  const record = (ages: number[], request?: string) =>
    addAttemptRows(
      pool,
      ages.map((age) => ({
        ...{ webhookId, deliveryId, createdAt: -age },
        ...(request === undefined ? {} : { request }),
      })),
    );
  const feed = new AttemptFeed(new ApiClient({ url: api.url }), {}, NEVER);
  const begin = () => feed.begin(since);
  return { pool, webhookId, deliveryId, feed, begin, record };
}

const idsOf = ({ attempts }: Look): string[] => attempts.map(({ id }) => id);
const every = (count: number, seconds: number) =>
  Array.from({ length: count }, (_one, i) => (count - i) * seconds);

suite('the feed of attempts', { concurrency: 2 }, () => {
  test('attempts before the beginning → not shown; later ones → each once, the oldest first', async (t) => {
    const { feed, begin, record } = await feedOf(t);
    await record([3, 2, 1]);
    assert.deepEqual(idsOf(await begin()), []);
    assert.deepEqual(idsOf(await feed.look()), []);
    const ids = await record([0.2, 0.1, 0]);
    assert.deepEqual(idsOf(await feed.look()), ids);
    assert.deepEqual(idsOf(await feed.look()), []);
  });

  test('no attempt yet → the first one is shown', async (t) => {
    const { feed, begin, record } = await feedOf(t);
    assert.deepEqual(idsOf(await begin()), []);
    const ids = await record([0]);
    assert.deepEqual(idsOf(await feed.look()), ids);
  });

  test('since a time → what was recorded since then', async (t) => {
    const since = new Date(Date.now() - 60_000).toISOString();
    const { begin, record } = await feedOf(t, since);
    await record([90]);
    const ids = await record([40, 30]);
    assert.deepEqual(idsOf(await begin()), ids);
  });

  test('one commits after later ones were seen → shown all the same', async (t) => {
    const { pool, webhookId, deliveryId, feed, begin, record } = await feedOf(t);
    await record([60]);
    await begin();
    // Its time is that of its transaction, which began before the others were recorded.
    const client = await pool.connect();
    try {
      await client.query('begin');
      const [late] = await addAttemptRows(client, [{ webhookId, deliveryId }]);
      const ids = await record(every(15, -0.001).toReversed());
      assert.deepEqual(idsOf(await feed.look()), ids);
      await client.query('commit');
      assert.deepEqual(idsOf(await feed.look()), [late]);
    } finally {
      client.release();
    }
  });

  test('many more than a page at a time → all of them', async (t) => {
    const { feed, begin, record } = await feedOf(t);
    await begin();
    const ids = await record(every(777, 0.001));
    assert.deepEqual(idsOf(await feed.look()), ids);
    assert.deepEqual(idsOf(await feed.look()), []);
  });

  test('more than is read at a time → the newest, and the time before which others are left out', async (t) => {
    const { feed, begin, record } = await feedOf(t);
    await begin();
    const ids = await record(every(6000, 0.001));
    const look = await feed.look();
    assert.ok(look.attempts.length >= 5000 && look.attempts.length < 5200);
    assert.deepEqual(idsOf(look), ids.slice(-look.attempts.length));
    assert.equal(look.leftOutBefore, look.attempts[0]?.created_at);
    const more = await record([0]);
    const next = await feed.look();
    assert.deepEqual(idsOf(next), more);
    assert.equal(next.leftOutBefore, undefined);
  });

  test('pages that would hold too much text → asked for in parts', async (t) => {
    const { feed, begin, record } = await feedOf(t);
    await begin();
    const ids = await record(every(12, 0.001), 'x'.repeat(7 * 1024 * 1024));
    const look = await feed.look();
    assert.deepEqual(idsOf(look), ids.slice(-look.attempts.length));
    assert.ok(look.attempts.length >= 9);
  });
});
