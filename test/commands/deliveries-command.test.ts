import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { asking } from './asking.ts';

/** A retry is far away. */
const LATE = { retry_min_backoff: 600, retry_max_backoff: 600 };

suite('postmand deliveries', { concurrency: 2 }, () => {
  test('list → the newest first, and filters choose among them', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const ask = asking(t, api);
    const orders = await api.createWebhook({ name: 'Orders' });
    const other = await api.createWebhook({ name: 'Other' });
    const first = await api.createDelivery(orders.id);
    const made = await api.call('POST', '/deliveries', {
      ...{ webhook_id: other.id, payload: '{}' },
      ...{ metadata: { customer: '42', order: 'a=b' }, ordering_key: 'k' },
    });
    const second = made.body as Delivery;
    const all = await ask('deliveries');
    assert.match(
      all.stdout,
      new RegExp(`^ID .*\n${second.id} .* Other .*\n${first.id} .* Orders `),
    );
    const filters: string[][] = [
      ['--webhook', 'other'],
      ['--metadata', 'customer=42', '--metadata', 'order=a=b'],
      ['--ordering-key', 'k', '--status', 'pending', '--since', '1h'],
    ];
    for (const filter of filters) {
      const { stdout, stderr } = await ask('deliveries', 'list', ...filter, '--json');
      assert.deepEqual(JSON.parse(stdout), second, stderr);
    }
    const one = await ask('deliveries', '--limit', '1', '--since', '1h');
    assert.match(one.stderr, /^There are more deliveries \(2 in all\): --limit shows more than 1/);
    assert.equal((await ask('deliveries', '--status', 'failed')).code, 0);
    assert.equal((await ask('deliveries', '--metadata', 'customer')).code, 2);
    assert.equal((await ask('deliveries', '--webhook', 'Nobody')).code, 1);
  });

  test('by type of event → those of its events, and no others', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const ask = asking(t, api);
    for (const name of ['order.paid', 'order.sent'])
      await api.call('POST', '/event-types', { name });
    const { id } = await api.createWebhook({ event_types: ['order.*'] });
    await api.createDelivery(id);
    const paid = await api.call('POST', '/events', { type: 'order.paid', payload: '{}' });
    await api.call('POST', '/events', { type: 'order.sent', payload: '{}' });
    const { stdout } = await ask('deliveries', '--event-type', 'order.paid', '--json');
    assert.equal((JSON.parse(stdout) as Delivery).event_id, (paid.body as { id: string }).id);

    const list = await ask('events');
    assert.match(
      list.stdout,
      /^ID +CREATED +TYPE +WEBHOOKS\n.* order\.sent +1\n.* order\.paid +1\n$/,
    );
    const shown = await ask('events', 'show', (paid.body as { id: string }).id);
    assert.match(
      shown.stdout,
      /^It goes to 1 webhook: 0 arrived, 1 pending, 0 failed\.\n→ postmand/,
    );
    const unknown = randomUUID();
    const { id: event } = paid.body as { id: string };
    const other = await ask('deliveries', 'show', event);
    assert.equal(
      other.stderr,
      `postmand: There is no delivery ${event}. It is the id of an event: postmand events show ${event}\n`,
    );
    const none = await ask('events', 'show', unknown);
    assert.equal(none.stderr, `postmand: There is no event ${unknown}.\n`);
  });

  test('show → why it has not arrived first, then what happened', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    await startWorkerHere(t, database);
    const ask = asking(t, api);
    const webhook = await api.createWebhook({ url: 'http://127.0.0.1:9/', ...LATE });
    const { id } = await api.createDelivery(webhook.id);
    await until('it was attempted', async () => (await api.attempts(id)).length === 1);
    const { stdout, code } = await ask('deliveries', 'show', id);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^It waits for its next attempt, due at .* \(in \d+ min.*\), as the last one failed: the connection was refused/,
    );
    assert.match(stdout, /^.* +attempt 1: connection refused \(\d+ ms\)$/m);
    assert.match(stdout, /^.* +next attempt: due in \d+ min/m);
    const document = JSON.parse((await ask('deliveries', 'show', id, '--json')).stdout) as {
      delivery: Delivery;
      attempts: unknown[];
    };
    assert.equal(document.delivery.id, id);
    assert.equal(document.attempts.length, 1);
  });

  test('one of an ordering key waits → what is before it is named', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const ask = asking(t, api);
    const { id: webhook_id } = await api.createWebhook();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const body = { webhook_id, payload: '{}', ordering_key: 'order-1' };
      ids.push(((await api.call('POST', '/deliveries', body)).body as Delivery).id);
    }
    const { stdout } = await ask('deliveries', 'show', ids[2] ?? '');
    assert.match(
      stdout,
      /^It waits for its turn: an earlier delivery of its ordering key `order-1`/,
    );
    assert.match(
      stdout,
      new RegExp(`2 deliveries wait before it\\. The first one is ${ids[0]}\\.`),
    );
  });

  test('a failed one blocks its key → skip lets the next one go', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    await startWorkerHere(t, database);
    const ask = asking(t, api);
    const receiver = await startReceiver(t, ({ body }, response) => {
      response.statusCode = body === 'bad' ? 500 : 200;
      response.end();
    });
    const { id: webhook_id } = await api.createWebhook({
      ...{ url: receiver.url, max_delivery_attempts: 1, ordering_on_failure: 'block' },
    });
    const create = async (payload: string) => {
      const body = { webhook_id, payload, ordering_key: "it's one" };
      return ((await api.call('POST', '/deliveries', body)).body as Delivery).id;
    };
    const bad = await create('bad');
    await api.settled(bad);
    const attention = await ask('attention');
    assert.match(attention.stdout, new RegExp(`^→ postmand webhooks show ${webhook_id}$`, 'm'));
    const blocked = await ask('webhooks', 'show', webhook_id);
    assert.match(blocked.stdout, new RegExp(`^it's one  .* 0  ${bad}$`, 'm'));
    assert.match(blocked.stdout, new RegExp(`^→ postmand deliveries show ${bad}$`, 'm'));
    assert.match(blocked.stdout, new RegExp(`^→ postmand webhooks skip ${webhook_id} '`, 'm'));
    const good = await create('good');
    const { stdout } = await ask('deliveries', 'show', good);
    assert.match(stdout, new RegExp(`stands still: delivery ${bad} of it has failed`));
    assert.match(
      stdout,
      new RegExp(`^→ postmand webhooks skip ${webhook_id} 'it'\\\\''s one'$`, 'm'),
    );
    assert.equal((await ask('webhooks', 'skip', webhook_id, "it's one")).code, 0);
    assert.equal((await api.settled(good)).status, 'succeeded');
  });

  test('redeliver and cancel → what has ended is sent again, what is pending goes', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const ask = asking(t, api);
    const { id: webhook } = await api.createWebhook();
    const { id } = await api.createDelivery(webhook);
    assert.match(
      (await ask('deliveries', 'redeliver', id)).stderr,
      /cannot be redelivered: delivery/,
    );
    await database.pool.query(`update deliveries set status = 'failed' where id = $1`, [id]);
    assert.match((await ask('deliveries', 'cancel', id)).stderr, /has failed: there is nothing/);
    const again = await ask('deliveries', 'redeliver', id);
    assert.equal(again.stdout, `Delivery ${id} is pending again.\n`, again.stderr);
    assert.equal((await api.delivery(id)).status, 'pending');
    assert.equal((await ask('deliveries', 'cancel', id)).code, 0);
    const gone = await ask('deliveries', 'show', id);
    assert.deepEqual([gone.code, gone.stderr], [1, `postmand: There is no delivery ${id}.\n`]);
    assert.equal((await ask('deliveries', 'show', 'nonsense')).code, 2);
  });
});
