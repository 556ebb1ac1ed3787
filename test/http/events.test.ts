import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { count } from '../setup/tables.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, UNKNOWN_ID } from './request.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const api = await startApi(wholeFile, database);
await pool.query(
  `insert into event_types (name, archived_at) values ('order.paid', null), ('order.shipped', null),
     ('order.lost', now())`,
);
const paid = await api.createWebhook({ event_types: ['order.paid'] });
const both = await api.createWebhook({ event_types: ['order.paid', 'order.shipped'] });
await api.createWebhook({ event_types: ['order.shipped'] });
await api.createWebhook();

async function emit(body: object) {
  const answer = await api.call('POST', '/events', body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

async function deliveriesOf(eventId: string) {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select webhook_id, payload, status, held_reason, ordering_key, send_at, expires_at, metadata,
       outbox_place from deliveries where event_id = $1 order by webhook_id`,
    [eventId],
  );
  return rows;
}

suite('POST /v1/events', () => {
  test('an event that two webhooks subscribed to → 201, and each of them has a delivery', async () => {
    const given = {
      type: 'order.paid',
      payload: '{"order": 1042}',
      metadata: { customer: '42' },
      ordering_key: 'order-1042',
      send_at: '2026-01-01T01:00:00+01:00',
      expires_at: '2126-11-24T16:26:01Z',
    };
    const event = await emit(given);
    assert.deepEqual(event, {
      ...given,
      id: event.id,
      send_at: '2026-01-01T00:00:00.000000Z',
      expires_at: '2126-11-24T16:26:01.000000Z',
      deliveries: 2,
      operation_id: null,
      fault: null,
      traceparent: null,
      payload_removed_at: null,
      created_at: event.created_at,
    });
    const deliveries = await deliveriesOf(event.id);
    const [place] = deliveries.map(({ outbox_place }) => outbox_place);
    assert.deepEqual(
      deliveries,
      [paid.id, both.id].toSorted().map((webhook_id) => ({
        webhook_id,
        payload: '',
        status: 'pending',
        held_reason: 'outbox',
        ordering_key: 'order-1042',
        send_at: event.send_at,
        expires_at: event.expires_at,
        metadata: { customer: '42' },
        outbox_place: place,
      })),
    );
    assert.deepEqual((await api.call('GET', `/events/${event.id}`)).body, event);
  });

  test('an event that nobody subscribed to → 201, stored with no delivery', async () => {
    await pool.query(`insert into event_types (name) values ('order.ignored')`);
    const event = await emit({ type: 'order.ignored' });
    assert.deepEqual([event.deliveries, event.payload], [0, '']);
    assert.deepEqual(await deliveriesOf(event.id), []);
    assert.equal((await api.call('GET', `/events/${event.id}`)).status, 200);
  });

  test('what was answered, sent back → it is taken as a new event', async () => {
    const event = await emit({ type: 'order.paid', payload: 'x' });
    const again = await emit(event);
    assert.notEqual(again.id, event.id);
    assert.equal(again.payload, 'x');
  });

  for (const [what, payload, text] of [
    ['a string', '{ "a": 1.0 }\n', '{ "a": 1.0 }\n'],
    [
      'an object',
      { b: [1, 2.5, -0.1, null, true, 'é'], a: {} },
      '{"b":[1,2.5,-0.1,null,true,"é"],"a":{}}',
    ],
    ['an array', [[], { payload: 1.5 }], '[[],{"payload":1.5}]'],
    ['text that JSON has to escape', { a: '\0 \ud800' }, '{"a":"\\u0000 \\ud800"}'],
    ['the largest exact number', [Number.MAX_SAFE_INTEGER], '[9007199254740991]'],
    ['null', null, ''],
  ] as const)
    test(`a payload that is ${what} → the text that is sent`, async () => {
      assert.equal((await emit({ type: 'order.paid', payload })).payload, text);
    });

  for (const [what, payload, details] of [
    ['a number', '5', /^payload: must be string,object,array/],
    [
      'a number that is not exact',
      '{"a": [1, 9007199254740992]}',
      /^payload\.a\.1: must be between/,
    ],
    ['a number beyond all', '{"a": -1e400}', /^payload\.a: must be between/],
    ['U+0000', String.raw`"\u0000"`, /^payload: must be text/],
    ['half a character', String.raw`"\ud800"`, /^payload: must be text/],
    ['deep', `${'['.repeat(1500)}${']'.repeat(1500)}`, /^payload: is nested too deeply/],
    ['very deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /^payload: is nested too deeply/],
  ] as const)
    test(`a payload that is or has ${what} → 400 that names it`, async () => {
      const { status, json } = await send('POST', `${api.url}/v1/events`, {
        headers: { 'Content-Type': 'application/json' },
        body: `{"type": "order.paid", "payload": ${payload}}`,
      });
      const problem = json as { code: number; details: string };
      assert.deepEqual([status, problem.code], [400, 4], JSON.stringify(json));
      assert.match(problem.details, details);
    });

  for (const [what, body, status, code, details] of [
    ['an unknown type', { type: 'order.unknown' }, 404, 33, /^type: /],
    ['an archived type', { type: 'order.lost' }, 409, 35, /^type: /],
    ['a type that is none', { type: 'Order' }, 400, 4, /^type: /],
    ['no type', {}, 400, 4, /^type: is required/],
    ['too many pairs', { type: 'order.paid', metadata: { '': 'x' } }, 400, 4, /^metadata/],
    [
      'an end before its beginning',
      { type: 'order.paid', send_at: '2026-11-24T16:00:00Z', expires_at: '2026-11-24T15:00:00Z' },
      400,
      4,
      /^expires_at: must be after send_at/,
    ],
    [
      'a time too far ahead',
      { type: 'order.paid', send_at: '2999-01-01T00:00:00Z' },
      400,
      4,
      /^send_at/,
    ],
  ] as const)
    test(`${what} → ${status} with code ${code}, and nothing is stored`, async () => {
      const before = await count(pool, 'events');
      const answer = await api.call('POST', '/events', body);
      assert.deepEqual([answer.status, answer.body.code], [status, code]);
      assert.match(answer.body.details, details);
      assert.equal(await count(pool, 'events'), before);
    });

  test('a database that refuses a delivery → 503, and no event, delivery or key', async () => {
    await pool.query(
      `create function refuse() returns trigger language plpgsql as $$
         begin raise 'not this one' using errcode = 'P0001'; end $$;
       create trigger refuse before insert on deliveries for each row
       when (new.webhook_id = '${both.id}') execute function refuse()`,
    );
    try {
      const before = await count(pool, 'events');
      const answer = await api.call('POST', '/events', { type: 'order.paid' });
      assert.equal(answer.status, 503);
      assert.equal(await count(pool, 'events'), before);
    } finally {
      await pool.query('drop trigger refuse on deliveries; drop function refuse');
    }
  });
});

suite('GET /v1/events/{event_id}', () => {
  test('an id that nothing has → 404 with code 37', async () => {
    const { status, body } = await api.call('GET', `/events/${UNKNOWN_ID}`);
    assert.deepEqual([status, body.code], [404, 37]);
  });
});

suite('GET /v1/events', () => {
  for (const pattern of ['order.*', 'order.%2A'])
    test(`type=${pattern} → 400 that says what a type is`, async () => {
      const { status, body } = await api.call('GET', `/events?type=${pattern}`);
      const details =
        'type: must be words of a-z, 0-9 and _ with dots between them, such as order.paid';
      assert.deepEqual([status, body.details], [400, details]);
    });
});
