import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { keepingLog } from '../setup/parts.ts';
import { startReceiver } from '../setup/receiver.ts';
import { expireIn } from '../setup/rows.ts';
import type { Api } from '../setup/service.ts';
import { openOperators } from './operators.ts';

const ONE = { max_delivery_attempts: 1 };

suite('the alarm ordering_key.blocked', { concurrency: 3 }, () => {
  test('the head of a key has failed → one alarm and a warning; where its webhook lets the key go on → none', async (t) => {
    const log = keepingLog();
    const { api, told, until: arrived } = await openOperators(t, { log });
    const { url } = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const going = await api.createWebhook({ ...ONE, url });
    const { id } = await api.createWebhook({ ...ONE, url, ordering_on_failure: 'block' });
    await api.settled(await keyed(api, going.id));
    const first = await keyed(api, id);
    await keyed(api, id);
    const [blocked] = await arrived('ordering_key.blocked');
    assert.deepEqual(blocked?.data, {
      webhook_id: id,
      webhook_name: 'a webhook',
      ordering_key: 'customer 7',
      delivery_id: first,
      failed_reason: 'attempts',
    });
    assert.equal(told('ordering_key.blocked').length, 1);
    assert.deepEqual(
      log.lines.filter(({ event }) => event === 'ordering_key.blocked'),
      [
        {
          level: 'warn',
          event: 'ordering_key.blocked',
          fields: { webhook_id: id, delivery_id: first },
        },
      ],
    );
  });

  test('it has expired while it was held → an alarm', async (t) => {
    const log = keepingLog();
    const { api, database, until: arrived } = await openOperators(t, { log });
    const { id } = await api.createWebhook({ ordering_on_failure: 'block' });
    await api.call('POST', `/webhooks/${id}/pause`, {});
    const first = await keyed(api, id);
    await expireIn(database.pool, -1);
    const [blocked] = await arrived('ordering_key.blocked');
    assert.deepEqual(
      [blocked?.data['delivery_id'], blocked?.data['failed_reason']],
      [first, 'expired'],
    );
    assert.ok(log.lines.some(({ event }) => event === 'ordering_key.blocked'));
  });
});

async function keyed(api: Api, webhook_id: string): Promise<string> {
  const { status, body } = await api.call('POST', '/deliveries', {
    ...{ webhook_id, payload: 'x', ordering_key: 'customer 7' },
  });
  assert.equal(status, 201);
  return body.id;
}
