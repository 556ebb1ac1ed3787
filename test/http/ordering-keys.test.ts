import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { jobs } from '../setup/tables.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { UNKNOWN_ID } from './request.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const api = await startApi(wholeFile, database);

suite('an ordering key on creation', () => {
  test('a key → it is in every answer, with a sequence that grows', async () => {
    const webhook = await api.createWebhook();
    const [one, other] = [await create(webhook.id, 'k'), await create(webhook.id, 'k')];
    assert.deepEqual([one.ordering_key, one.held_reason], ['k', null]);
    assert.deepEqual([other.ordering_key, other.held_reason], ['k', 'ordered']);
    assert.ok((one.sequence ?? 0) < (other.sequence ?? 0));
    assert.deepEqual(await api.delivery(other.id), other);
    const { body } = await api.call('GET', `/deliveries?webhook_id=${webhook.id}`);
    assert.deepEqual((body as { deliveries: Delivery[] }).deliveries, [other, one]);
  });

  test('none, or null → both fields are null', async () => {
    const { id: webhook_id } = await api.createWebhook();
    for (const body of [{ webhook_id }, { webhook_id, ordering_key: null, sequence: null }]) {
      const answer = (await api.call('POST', '/deliveries', body)).body as Delivery;
      assert.deepEqual([answer.ordering_key, answer.sequence], [null, null]);
    }
  });

  const KEYS: [key: unknown, details: string | undefined][] = [
    ['/a b%2F?#"\\\n🦀', undefined],
    ['🦀'.repeat(255), undefined],
    ['...', undefined],
    [' ', undefined],
    ['', 'ordering_key: must NOT have fewer than 1 characters'],
    ['x'.repeat(256), 'ordering_key: must NOT have more than 255 characters'],
    ['a\0', 'ordering_key: must be text without U+0000 and without unpaired surrogates'],
    ['\ud800', 'ordering_key: must be text without U+0000 and without unpaired surrogates'],
    ['.', 'ordering_key: must not be . or .., which no path can name'],
    ['..', 'ordering_key: must not be . or .., which no path can name'],
    [7, 'ordering_key: must be string,null'],
  ];
  for (const [key, details] of KEYS) {
    const then = details === undefined ? 'kept exactly' : `refused: ${details}`;
    test(`the key ${JSON.stringify(key).slice(0, 30)} → ${then}`, async () => {
      const { id: webhook_id } = await api.createWebhook();
      const draft = { webhook_id, ordering_key: key };
      const { status, body } = await api.call('POST', '/deliveries', draft);
      if (details === undefined) assert.equal((body as Delivery).ordering_key, key);
      else assert.deepEqual([status, (body as { details: string }).details], [400, details]);
    });
  }
});

suite('blocked ordering keys', () => {
  test('a key in the path that no delivery can have → 404, with the reason', async () => {
    const { id } = await api.createWebhook();
    const path = `/webhooks/${id}/ordering-keys/${'x'.repeat(256)}/skip`;
    const { status, body } = await api.call('POST', path);
    const details = 'ordering_key: must NOT have more than 255 characters';
    assert.deepEqual([status, body], [404, { code: 2, message: 'invalid id', details }]);
  });

  test('listed by key, with what blocks them and how many wait; a page of them', async () => {
    const webhook = await api.createWebhook();
    const whole = { limit: 50, offset: 0, next_cursor: null };
    assert.deepEqual(await list(webhook.id), { ordering_keys: [], ...whole });
    const blocked = [];
    for (const key of ['b', 'a', 'c']) {
      const one = await create(webhook.id, key);
      await create(webhook.id, key);
      if (key !== 'c') await block(one.id);
      if (key !== 'c') blocked.push(await api.delivery(one.id));
    }
    const expected = blocked.toReversed().map(({ id, ordering_key, sequence, updated_at }) => ({
      ...{ ordering_key, delivery_id: id, sequence, blocked_since: updated_at, waiting: 1 },
    }));
    assert.deepEqual(await list(webhook.id), { ordering_keys: expected, ...whole });
    const { body } = await api.call('GET', `/webhooks/${webhook.id}/ordering-keys`);
    assert.deepEqual(body, await list(webhook.id));
    assert.deepEqual(await list(webhook.id, '&limit=1&offset=1'), {
      ordering_keys: expected.slice(1),
      ...{ limit: 1, offset: 1, next_cursor: null },
    });
    const first = await list(webhook.id, '&limit=1');
    assert.deepEqual(first.ordering_keys, expected.slice(0, 1));
    assert.deepEqual(await list(webhook.id, `&cursor=${String(first.next_cursor)}`), {
      ordering_keys: expected.slice(1),
      ...whole,
    });
  });

  test('skipped → 204, the next one goes, and a second skip finds nothing', async () => {
    const webhook = await api.createWebhook();
    for (const key of ['k', '/a b%2F?#"\\\n🦀', '%2e%2e/x', 'ä', '...']) {
      const path = `/webhooks/${webhook.id}/ordering-keys/${encodeURIComponent(key)}/skip`;
      const [one, next] = [await create(webhook.id, key), await create(webhook.id, key)];
      assert.deepEqual(await answer('POST', path), [404, 18]);
      await block(one.id);
      assert.deepEqual(await answer('POST', path), [204, undefined]);
      assert.equal((await api.delivery(one.id)).status, 'failed');
      assert.equal((await api.delivery(next.id)).held_reason, null);
      assert.ok((await jobs(pool)).some(({ deliveryId }) => deliveryId === next.id));
      assert.deepEqual(await answer('POST', path), [404, 18]);
    }
  });

  test('what blocks is deleted → the next one goes', async () => {
    const webhook = await api.createWebhook();
    const [one, next] = [await create(webhook.id, 'k'), await create(webhook.id, 'k')];
    await block(one.id);
    await api.call('DELETE', `/deliveries/${one.id}`);
    assert.equal((await api.delivery(next.id)).held_reason, null);
    assert.ok((await jobs(pool)).some(({ deliveryId }) => deliveryId === next.id));
  });

  const REFUSED: [method: string, path: string, then: [number, number]][] = [
    ['GET', `/webhooks/${UNKNOWN_ID}/ordering-keys?state=blocked`, [404, 5]],
    ['GET', `/webhooks/x/ordering-keys?state=blocked`, [404, 2]],
    ['GET', `/webhooks/${UNKNOWN_ID}/ordering-keys`, [404, 5]],
    ['GET', `/webhooks/${UNKNOWN_ID}/ordering-keys?state=all`, [400, 4]],
    ['POST', `/webhooks/${UNKNOWN_ID}/ordering-keys/k/skip`, [404, 5]],
    ['POST', `/webhooks/${UNKNOWN_ID}/ordering-keys/a%00/skip`, [404, 2]],
    ['POST', `/webhooks/${UNKNOWN_ID}/ordering-keys/${'x'.repeat(256)}/skip`, [404, 2]],
    ['GET', `/webhooks/${UNKNOWN_ID}/ordering-keys/k/skip`, [405, 9]],
  ];
  for (const [method, path, then] of REFUSED)
    test(`${method} ${path.slice(0, 80)} → ${then.join(', code ')}`, async () =>
      assert.deepEqual(await answer(method, path), then));
});

async function create(webhook_id: string, ordering_key: string): Promise<Delivery> {
  const { status, body } = await api.call('POST', '/deliveries', { webhook_id, ordering_key });
  assert.equal(status, 201, JSON.stringify(body));
  return body as Delivery;
}

/** As if its last attempt had failed, and its webhook asked that the key stops then. */
async function block(id: string): Promise<void> {
  await pool.query(`update deliveries set status = 'failed', updated_at = now() where id = $1`, [
    id,
  ]);
}

async function list(webhookId: string, query = ''): Promise<Record<string, unknown>> {
  const path = `/webhooks/${webhookId}/ordering-keys?state=blocked${query}`;
  const { status, body } = await api.call('GET', path);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

async function answer(method: string, path: string): Promise<[number, number | undefined]> {
  const { status, body } = await api.call(method, path);
  return [status, (body as { code: number } | undefined)?.code];
}
