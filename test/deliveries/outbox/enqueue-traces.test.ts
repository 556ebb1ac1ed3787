import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findDelivery } from '../../../src/deliveries/delivery-store.ts';
import { findEvent } from '../../../src/events/event-store.ts';
import { createApplication } from '../../setup/application.ts';
import { freshDatabase } from '../../setup/database.ts';
import { addWebhook } from '../../setup/rows.ts';
import { TRACE_CONTEXTS, TRACEPARENT } from '../../setup/trace-contexts.ts';
import { wholeFile } from '../../setup/whole-file.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const app = await (await createApplication(wholeFile, database)).connect();
const { id: webhookId } = await addWebhook(database);
await pool.query(`insert into event_types (name) values ('order.paid')`);

async function idOf(sql: string, values: unknown[]): Promise<string> {
  const { rows } = await app.query<{ id: string }>(sql, values);
  return rows[0]?.id ?? '';
}

const ENQUEUE = `select postmand.enqueue($1, 'x', traceparent => $2, tracestate => $3) as id`;
const EMIT = `select postmand.emit($1, 'x', traceparent => $2, tracestate => $3) as id`;

suite('the trace of what an application enqueues', () => {
  for (const [what, { traceparent, tracestate = null }, kept] of TRACE_CONTEXTS)
    test(`${what} → ${kept === undefined ? 'refused' : 'stored as by the API'}`, async () => {
      const enqueuing = idOf(ENQUEUE, [webhookId, traceparent, tracestate]);
      if (kept === undefined)
        return assert.rejects(enqueuing, {
          code: 'PM004',
          message: /^traceparent: must be one of W3C Trace Context, such as 00-/,
        });
      const { rows } = await pool.query('select trace_context from deliveries where id = $1', [
        await enqueuing,
      ]);
      assert.deepEqual(rows, [{ trace_context: kept }]);
    });

  test('none, or a tracestate alone → none', async () => {
    for (const tracestate of [null, 'a=1']) {
      const id = await idOf(ENQUEUE, [webhookId, null, tracestate]);
      assert.equal((await findDelivery(pool, id))?.traceparent, null);
    }
  });

  test('members of enqueue_many → stored; one that is malformed → refused with its place', async () => {
    const one = { webhook_id: webhookId, payload: 'x' };
    const MANY = 'select postmand.enqueue_many($1::jsonb) as id';
    const given = [{ ...one, traceparent: TRACEPARENT, tracestate: 'a=1' }];
    const id = await idOf(MANY, [JSON.stringify(given)]);
    assert.equal((await findDelivery(pool, id))?.traceparent, TRACEPARENT);
    const wrong = [one, { ...one, traceparent: 'wrong' }];
    await assert.rejects(app.query(MANY, [JSON.stringify(wrong)]), {
      message: /^deliveries\[1\]\.traceparent: must be one of W3C/,
    });
    const number = [{ ...one, traceparent: 1 }];
    await assert.rejects(app.query(MANY, [JSON.stringify(number)]), {
      message: 'deliveries[0].traceparent: must be a string or null, but is number',
    });
  });

  test('the same idempotency_key with another traceparent → the same delivery, with the first one', async () => {
    const KEYED = `select postmand.enqueue($1, 'x', idempotency_key => 'k', traceparent => $2) as id`;
    const id = await idOf(KEYED, [webhookId, TRACEPARENT]);
    const other = TRACEPARENT.replace('4', '5');
    assert.equal(await idOf(KEYED, [webhookId, other]), id);
    assert.equal((await findDelivery(pool, id))?.traceparent, TRACEPARENT);
  });
});

suite('the trace of what an application emits', () => {
  test('arguments of emit, and members of emit_many → stored with the event', async () => {
    const MANY = 'select postmand.emit_many($1::jsonb) as id';
    const given = [{ type: 'order.paid', traceparent: TRACEPARENT, tracestate: 'a=1' }];
    const ids = [
      await idOf(EMIT, ['order.paid', TRACEPARENT, 'a=1']),
      await idOf(MANY, [JSON.stringify(given)]),
    ];
    for (const id of ids) assert.equal((await findEvent(pool, id))?.traceparent, TRACEPARENT);
  });

  test('a malformed traceparent → refused by name', async () => {
    await assert.rejects(idOf(EMIT, ['order.paid', 'wrong', null]), {
      code: 'PM004',
      message: /^traceparent: must be one of W3C/,
    });
  });
});
