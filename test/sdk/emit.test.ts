import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Client } from 'pg';
import {
  createPostmand,
  emit,
  emitMany,
  isProblem,
  ProblemCode,
  problemOf,
} from '../../sdk/typescript/dist/index.js';
import { wholeFile } from '../setup/whole-file.ts';
import { TRACEPARENT } from '../setup/trace-contexts.ts';
import { startLive } from './live.ts';

const live = await startLive(wholeFile);
const postmand = createPostmand({ url: live.url });

suite('emit of the TypeScript SDK', { concurrency: 2 }, () => {
  test('in a transaction of pg → an event when that commits, and none when it rolls back', async (t) => {
    const pg = await connected(t);
    await pg.query('begin');
    const dropped = await emit(pg, { type: 'order.paid' });
    await pg.query('rollback');
    const expires_at = '2099-01-01T00:00:00Z';
    const event = {
      ...{ type: 'order.paid', payload: { x: 'ü' }, ordering_key: 'customer-7', expires_at },
      metadata: { customer: '42' },
      traceparent: TRACEPARENT,
    };
    const key = { idempotencyKey: 'order-1042' };
    const id = await emit(pg, event, key);
    assert.equal(await emit(pg, event, key), id);
    const found = await postmand.getEvent({ event_id: id });
    assert.deepEqual(
      [found.payload, found.ordering_key, found.metadata, found.traceparent],
      ['{"x":"ü"}', 'customer-7', event.metadata, TRACEPARENT],
    );
    await assert.rejects(postmand.getEvent({ event_id: dropped }), (error) =>
      isProblem(error, ProblemCode.eventNotFound),
    );
  });

  test('many → all with one call, their ids in order', async (t) => {
    const pg = await connected(t);
    const ids = await emitMany(pg, [
      { type: 'order.paid', payload: '1', metadata: { a: 'b' } },
      { type: 'order.paid', traceparent: TRACEPARENT },
    ]);
    const found = await Promise.all(ids.map((id) => postmand.getEvent({ event_id: id })));
    assert.deepEqual(
      found.map(({ payload, metadata, traceparent }) => [payload, metadata, traceparent]),
      [
        ['1', { a: 'b' }, null],
        ['', {}, TRACEPARENT],
      ],
    );
    assert.deepEqual(await emitMany(pg, []), []);
  });

  test('what is refused → the error of pg, of which problemOf gives the code', async (t) => {
    const pg = await connected(t);
    const key = { idempotencyKey: 'order-1043' };
    await emit(pg, { type: 'order.paid' }, key);
    const refusals: [number, () => Promise<string>][] = [
      [ProblemCode.requestValidationFailed, () => emit(pg, { type: 'Order' })],
      [ProblemCode.eventTypeNotFound, () => emit(pg, { type: 'order.unknown' })],
      [ProblemCode.idempotencyKeyReused, () => emit(pg, { type: 'order.paid', payload: 'x' }, key)],
    ];
    for (const [code, call] of refusals)
      await assert.rejects(call(), (error) => problemOf(error)?.code === code);
  });
});

async function connected(t: TestContext): Promise<Client> {
  const client = new Client(live.database);
  await client.connect();
  t.after(() => client.end());
  await client.query(`insert into event_types (name) values ('order.paid') on conflict do nothing`);
  return client;
}
