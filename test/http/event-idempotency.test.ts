import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { lockIdempotencyKey } from '../setup/key-lock.ts';
import { startApi } from '../setup/service.ts';
import { count } from '../setup/tables.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send } from './request.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const api = await startApi(wholeFile, database);
await pool.query(`insert into event_types (name) values ('order.paid'), ('order.shipped')`);
const webhook = await api.createWebhook({ event_types: ['order.paid'] });
const EVENT = { type: 'order.paid', payload: { order: 1042 }, metadata: { b: '2', a: '1' } };
const PATHS = { event: 'events', events: 'events/batch', delivery: 'deliveries' } as const;

async function post(key: string, path: keyof typeof PATHS, body: object) {
  const answer = await send('POST', `${api.url}/v1/${PATHS[path]}`, {
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify(body),
  });
  const json = answer.json as { code?: number; id?: string; ids?: string[] };
  return { status: answer.status, json, replayed: answer.headers['idempotency-replayed'] };
}
const rows = async () => [await count(pool, 'events'), await count(pool, 'deliveries')];

suite('Idempotency-Key of an event', () => {
  test('the same once more, written otherwise → 201 with the same event, and nothing is stored', async () => {
    const first = await post('same', 'event', EVENT);
    const before = await rows();
    const again = await post('same', 'event', {
      metadata: { a: '1', b: '2' },
      send_at: null,
      payload: '{"order":1042}',
      type: 'order.paid',
    });
    assert.deepEqual([first.status, first.replayed], [201, undefined]);
    assert.deepEqual(again, { ...first, replayed: 'true' });
    assert.deepEqual(await rows(), before);
  });

  test('twenty times at once → it is stored once, and each answer has it', async () => {
    const [events = 0, deliveries = 0] = await rows();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post('at once', 'event', EVENT)),
    );
    for (const { status, json } of answers)
      assert.deepEqual([status, json.id], [201, answers[0]?.json.id]);
    assert.equal(answers.filter(({ replayed }) => replayed === undefined).length, 1);
    assert.deepEqual(await rows(), [events + 1, deliveries + 1]);
  });

  for (const [what, change] of [
    ['another type', { type: 'order.shipped' }],
    ['another payload', { payload: '{"order": 1042}' }],
    ['other metadata', { metadata: { a: '1' } }],
    ['an ordering key', { ordering_key: 'k' }],
    ['a time', { send_at: '2026-01-01T00:00:00Z' }],
  ] as const)
    test(`its key with ${what} → 422 with code 24, and nothing is stored`, async () => {
      const key = `reused for ${what}`;
      await post(key, 'event', EVENT);
      const before = await rows();
      const { status, json } = await post(key, 'event', { ...EVENT, ...change });
      assert.deepEqual([status, json.code], [422, 24]);
      assert.deepEqual(await rows(), before);
    });

  const BODIES = {
    event: EVENT,
    events: { events: [EVENT] },
    delivery: { webhook_id: webhook.id, payload: '{"order":1042}' },
  };
  for (const one of ['event', 'events', 'delivery'] as const)
    for (const other of ['event', 'events', 'delivery'] as const) {
      if (one === other) continue;
      test(`the key of ${PATHS[one]} with ${PATHS[other]} → 422 with code 24`, async () => {
        const key = `of ${one} for ${other}`;
        assert.equal((await post(key, one, BODIES[one])).status, 201);
        const { status, json } = await post(key, other, BODIES[other]);
        assert.deepEqual([status, json.code], [422, 24]);
      });
    }

  test('the event is gone → 409 with code 25', async () => {
    const { json } = await post('gone', 'event', EVENT);
    await pool.query('delete from events where id = $1', [json.id]);
    const again = await post('gone', 'event', EVENT);
    assert.deepEqual([again.status, again.json.code], [409, 25]);
  });

  test('an event that was refused → its key is free', async () => {
    assert.equal((await post('refused', 'event', { type: 'order.unknown' })).status, 404);
    const { status, replayed } = await post('refused', 'event', EVENT);
    assert.deepEqual([status, replayed], [201, undefined]);
  });

  test('its type is archived since then → the same request is answered, a new one is not', async () => {
    await pool.query(`insert into event_types (name) values ('order.ended')`);
    const body = { type: 'order.ended' };
    const first = await post('archived', 'event', body);
    const batch = await post('archived batch', 'events', { events: [body] });
    await pool.query(`update event_types set archived_at = now() where name = 'order.ended'`);
    assert.deepEqual(await post('archived', 'event', body), { ...first, replayed: 'true' });
    assert.deepEqual(await post('archived batch', 'events', { events: [body] }), {
      ...batch,
      replayed: 'true',
    });
    assert.equal((await post('archived anew', 'event', body)).status, 409);
  });

  test('a key that an open transaction has → other events go on, and 201 when that has ended', async (t) => {
    const release = await lockIdempotencyKey(t, database, 'held');
    const waiting = post('held', 'event', EVENT);
    assert.equal((await post('another', 'event', EVENT)).status, 201);
    await release();
    const { status, replayed } = await waiting;
    assert.deepEqual([status, replayed], [201, undefined]);
  });
});

suite('Idempotency-Key of a batch of events', () => {
  const BATCH = { events: [EVENT, { ...EVENT, ordering_key: 'k' }] };

  test('the same at once and later → its events are stored once', async () => {
    const [events = 0] = await rows();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post('batch', 'events', BATCH)),
    );
    answers.push(await post('batch', 'events', BATCH));
    for (const { status, json } of answers)
      assert.deepEqual([status, json], [201, answers[0]?.json]);
    assert.equal((await rows())[0], events + 2);
  });

  test('the events in another order → 422 with code 24', async () => {
    await post('order', 'events', BATCH);
    const reversed = { events: BATCH.events.toReversed() };
    const { status, json } = await post('order', 'events', reversed);
    assert.deepEqual([status, json.code], [422, 24]);
  });

  test('some of its events are gone → its ids; all of them → 409 with code 25', async () => {
    const { json } = await post('some', 'events', BATCH);
    await pool.query('delete from events where id = $1', [json.ids?.[0]]);
    assert.deepEqual((await post('some', 'events', BATCH)).json, json);
    await pool.query('delete from events where id = $1', [json.ids?.[1]]);
    const again = await post('some', 'events', BATCH);
    assert.deepEqual([again.status, again.json.code], [409, 25]);
  });
});
