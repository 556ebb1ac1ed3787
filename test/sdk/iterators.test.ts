import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createPostmand, type WebhookInput } from '../../sdk/typescript/dist/index.js';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { startLive } from './live.ts';

const live = await startLive(wholeFile);
const postmand = createPostmand({ url: live.url });

function webhookTo(path: string, more: Partial<WebhookInput> = {}): WebhookInput {
  return {
    name: 'Paged',
    url: live.receiver.url + path,
    content_type: 'application/json',
    valid_status_codes: [200],
    active: true,
    max_delivery_attempts: 1,
    delivery_attempt_timeout: 5,
    retry_min_backoff: 1,
    retry_max_backoff: 1,
    ...more,
  };
}

/** All that an iterator gives, where `meanwhile` is done behind the first one. */
async function all<Item>(
  items: AsyncIterable<Item>,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length === 1) await meanwhile();
  }
  return found;
}

suite('iterators of the TypeScript SDK', { concurrency: 2 }, () => {
  test('lists of four pages in which items appear meanwhile → each item that was there, once', async () => {
    const webhook = webhookTo('/failing', { ordering_on_failure: 'block' });
    const { id: webhook_id } = await postmand.createWebhook(webhook);
    const create = (ordering_key: string) => postmand.createDelivery({ webhook_id, ordering_key });
    const keys = ['a', 'b', 'c', 'd'];
    const ids: string[] = [];
    for (const key of keys) ids.unshift((await create(key)).id);
    const attempts = await until('all have failed', async () => {
      const page = await postmand.listDeliveryAttempts({ webhook_id });
      return page.delivery_attempts.length === 4 && page.delivery_attempts;
    });

    const blocked = postmand.listOrderingKeys.items({ webhook_id, state: 'blocked', limit: 1 });
    assert.deepEqual(
      (await all(blocked)).map((one) => one.ordering_key),
      keys,
    );
    const deliveries = postmand.listDeliveries.items({ webhook_id, limit: 1 });
    assert.deepEqual(
      (await all(deliveries, () => create('0'))).map(({ id }) => id),
      ids,
    );
    const attempted = postmand.listDeliveryAttempts.items({ webhook_id, limit: 1 });
    const sendOne = async () => {
      const { id } = await create('1');
      await until('one more attempt', async () => {
        const { delivery_attempts } = await postmand.listDeliveryAttempts({ delivery_id: id });
        return delivery_attempts.length;
      });
    };
    const seen = (await all(attempted, sendOne)).map(({ id }) => id);
    assert.deepEqual(
      seen.filter((id) => attempts.some((one) => one.id === id)),
      attempts.map(({ id }) => id),
    );
    assert.equal(new Set(seen).size, seen.length);
  });

  test('webhooks are made meanwhile → those that were there come once', async () => {
    const ids: string[] = [];
    for (const name of ['W 1', 'W 2', 'W 3', 'W 4'])
      ids.push((await postmand.createWebhook(webhookTo('/', { name }))).id);
    const { created_at } = await postmand.getWebhook({ webhook_id: ids[0] ?? '' });
    const query = { 'created_at.gte': created_at, limit: 1 };
    const found = await all(postmand.listWebhooks.items(query), () =>
      postmand.createWebhook(webhookTo('/', { name: 'A first one' })),
    );
    assert.deepEqual(
      found.map(({ id }) => id).filter((id) => ids.includes(id)),
      ids,
    );
  });

  test('an offset to begin with → what is behind it, page by page', async () => {
    const { id: webhook_id } = await postmand.createWebhook(webhookTo('/', { active: false }));
    const body = Array.from({ length: 5 }, () => ({ webhook_id }));
    await postmand.createDeliveries({ deliveries: body });
    const list = async (query: { limit?: number; offset?: number }) =>
      (await all(postmand.listDeliveries.items({ webhook_id, ...query }))).map(({ id }) => id);
    assert.deepEqual(await list({ limit: 1, offset: 2 }), (await list({})).slice(2));
  });

  test('a service of version 2.1, without cursors → all by offset', async () => {
    const old = createPostmand({ url: `${live.stub.url}/offset-only/v1` });
    const list = (offset?: number) =>
      all(old.listDeliveries.items({ limit: 2, ...(offset === undefined ? {} : { offset }) }));
    assert.deepEqual(
      (await list()).map(({ id }) => id),
      [0, 1, 2, 3, 4].map((i) => `delivery-${i}`),
    );
    assert.deepEqual(
      (await list(3)).map(({ id }) => id),
      ['delivery-3', 'delivery-4'],
    );
    assert.deepEqual(await list(5), []);
  });
});
