import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Queryable } from '../../src/database/pool.ts';
import { findSendable, findToSend, type ToldEvent } from '../../src/deliveries/sendable.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { addEvent } from '../setup/events.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { addDeliveries, addDeliveryRows, addWebhook } from '../setup/rows.ts';
import { sendingOf } from '../setup/settings.ts';

const LIMIT = 32 * 1024;

const database = await freshDatabase(wholeFile);
const { pool } = database;
const webhook = await addWebhook(database);

suite('a payload', () => {
  const PAYLOADS: [when: string, payload: string, isRead: boolean][] = [
    ['empty', '', true],
    ['of 32 KiB', 'x'.repeat(LIMIT), true],
    ['of 32 KiB and a byte', 'x'.repeat(LIMIT + 1), false],
    ['of fewer characters and more bytes', 'ü'.repeat(LIMIT / 2 + 1), false],
    ['that does not compress', randomHex(200_000), false],
  ];
  for (const [when, payload, isRead] of PAYLOADS) {
    test(`${when} → ${isRead ? 'read with its delivery' : 'only its length is read with its delivery'}; alone, it is read whole`, async () => {
      const id = await addDelivery(payload);
      const found = (await findSendable(pool, [id]))[0]?.delivery;
      assert.deepEqual(
        [found?.payload, found?.bytes],
        [isRead ? payload : null, Buffer.byteLength(payload)],
      );
      assert.equal((await findToSend(pool, id))?.payload, payload);
    });
  }

  test('of a delivery whose webhook is being deleted → nothing is read', async () => {
    const { id } = await addWebhook(database);
    const ids = await addDeliveries(database, id);
    await pool.query('update webhooks set deleted_at = now() where id = $1', [id]);
    assert.deepEqual(await findSendable(pool, ids), []);
    assert.equal(await findToSend(pool, ids[0] ?? ''), undefined);
  });

  test('of several deliveries → each with its webhook, without what no worker needs', async () => {
    const other = await addWebhook(database, { valid_status_codes: [200, 204], secret_token: 's' });
    const [mine = ''] = await addDeliveries(database, webhook.id);
    const [its = ''] = await addDeliveries(database, other.id);
    const found = await findSendable(pool, [mine, its]);
    const webhooks = new Map(found.map((one) => [one.delivery.id, one.webhook]));
    assert.deepEqual([webhooks.get(mine), webhooks.get(its)], [webhook, other].map(sendingOf));
  });

  test('of one whose time ran out, by itself or by the age that its webhook allows → it is told so', async () => {
    const aged = await addWebhook(database, { max_delivery_age: 60 });
    const [old = '', young = '', expired = '', plain = ''] = [
      ...(await addDeliveryRows(pool, [
        { webhookId: aged.id, createdAt: -61 },
        { webhookId: aged.id, createdAt: -50 },
      ])),
      ...(await addDeliveries(database, webhook.id, { count: 2 })),
    ];
    await pool.query(`update deliveries set expires_at = now() where id = $1`, [expired]);
    const found = await findSendable(pool, [old, young, expired, plain]);
    assert.deepEqual(
      new Map(found.map(({ delivery }) => [delivery.id, delivery.expired])),
      new Map([
        [old, true],
        [young, false],
        [expired, true],
        [plain, false],
      ]),
    );
  });

  test('of a delivery that is gone → undefined', async () =>
    assert.equal(await findToSend(pool, randomUUID()), undefined));

  test('read for a send → with its webhook as it is by then', async () => {
    const one = await addWebhook(database);
    const [id = ''] = await addDeliveries(database, one.id);
    await pool.query(`update webhooks set secret_token = 'another' where id = $1`, [one.id]);
    const { webhook } = (await findToSend(pool, id)) ?? {};
    assert.deepEqual(webhook, sendingOf({ ...one, secret_token: 'another' }));
  });

  test('a long one → what PostgreSQL keeps apart is not touched before it is read alone', async (t) => {
    // Of its own: connections tell what they have read some time later.
    const { pool } = await freshDatabase(t);
    const client = await pool.connect();
    try {
      const ids = await addLong(pool, client);
      const before = await blocksApart(client);
      assert.equal((await findSendable(client, ids)).length, 2);
      assert.equal(await blocksApart(client), before);
      for (const id of ids) await findToSend(client, id);
      assert.ok((await blocksApart(client)) > before);
    } finally {
      client.release();
    }
  });
});

suite('a delivery of an event', () => {
  const LONG = 'é'.repeat(LIMIT);
  for (const [when, payload, isRead] of [
    ['a short payload', '{"a": "é\\u0000"}', true],
    ['an empty payload', '', true],
    ['a long payload', LONG, false],
  ] as const)
    test(`with ${when} → the event with its payload${isRead ? '' : ', which is left out until it is read alone'}`, async () => {
      const { id, createdAt, deliveryIds } = await addEvent(pool, {
        ...{ payload, webhookIds: [webhook.id, webhook.id] },
      });
      const found = await findSendable(pool, deliveryIds);
      assert.equal(found.length, 2);
      for (const { delivery } of found) {
        assert.equal(delivery.payload, isRead ? payload : null);
        assert.equal(delivery.bytes, Buffer.byteLength(payload));
        assert.deepEqual(told(delivery.event), {
          id,
          type: 'order.paid',
          at: Date.parse(createdAt),
        });
        const alone = await findToSend(pool, delivery.id);
        assert.deepEqual(alone?.event, delivery.event);
        assert.equal(alone?.payload, payload);
      }
    });

  test('whose event is gone → it has no payload, and none to be read', async () => {
    const { id, deliveryIds } = await addEvent(pool, { webhookIds: [webhook.id] });
    await pool.query('delete from events where id = $1', [id]);
    const [found] = await findSendable(pool, deliveryIds);
    assert.equal(found?.delivery.payload, null);
    assert.equal(await findToSend(pool, deliveryIds[0] ?? ''), undefined);
  });
});

suite('a delivery that no event made', () => {
  test('of a webhook with defaults → nothing is told', async () => {
    const id = await addDelivery('a');
    assert.equal((await findSendable(pool, [id]))[0]?.delivery.event, null);
    assert.equal((await findToSend(pool, id))?.event, null);
  });

  test('of a webhook with another format → its own id and time, without a type', async () => {
    const other = await addWebhook(database, { format: 'cloudevents_binary' });
    const [id = ''] = await addDeliveries(database, other.id);
    const { delivery, webhook } = (await findSendable(pool, [id]))[0] ?? {};
    const { rows } = await pool.query<{ created_at: string }>(
      'select created_at from deliveries where id = $1',
      [id],
    );
    const at = Date.parse(rows[0]?.created_at ?? '');
    assert.deepEqual(told(delivery?.event), { id, type: null, at });
    assert.deepEqual((await findToSend(pool, id))?.event, delivery?.event);
    assert.equal(webhook?.request?.format, 'cloudevents_binary');
  });
});

function told(event: ToldEvent | null | undefined) {
  return event && { id: event.id, type: event.type, at: Date.parse(event.created_at) };
}

async function addDelivery(payload: string): Promise<string> {
  const [id = ''] = await addDeliveries(database, webhook.id);
  await pool.query('update deliveries set payload = $2 where id = $1', [id, payload]);
  return id;
}

async function addLong(pool: TestDatabase['pool'], client: Queryable): Promise<string[]> {
  const { id: webhookId } = await addWebhook({ ...database, pool });
  const ids = await addDeliveries({ ...database, pool }, webhookId, { count: 2 });
  await client.query(
    `update deliveries set payload = case when id = $1 then $2 else repeat('x', 10000000) end`,
    [ids[0], randomHex(500_000)],
  );
  return ids;
}

function randomHex(characters: number): string {
  return Array.from({ length: Math.ceil(characters / 32) }, () => randomUUID().replaceAll('-', ''))
    .join('')
    .slice(0, characters);
}

/**
 * Blocks of long values that this table's statements have asked for so far, as far as this
 * connection made them.
 */
async function blocksApart(db: Queryable): Promise<number> {
  await db.query('select pg_stat_force_next_flush()');
  const { rows } = await db.query<{ blocks: number }>(
    `select (toast_blks_read + toast_blks_hit)::integer as blocks from pg_statio_user_tables where relname = 'deliveries'`,
  );
  return rows[0]?.blocks ?? 0;
}
