import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inTransaction } from '../../src/database/transaction.ts';
import { makePending } from '../../src/deliveries/redelivering/make-pending.ts';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { startApi } from '../setup/service.ts';
import { TRACE_ID, TRACEPARENT } from '../setup/trace-contexts.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const log = keepingLog();
const api = await startApi(wholeFile, database, { log });
const webhook = await api.createWebhook({ event_types: ['order.paid'] });
await pool.query(`insert into event_types (name) values ('order.paid')`);

/** Nobody sends: no worker runs. */
async function post(path: string, body: object, headers: Record<string, string> = TRACED) {
  const response = await fetch(`${api.url}/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- each test knows its shape
  return { status: response.status, body: (await response.json()) as any };
}

const TRACED = { traceparent: TRACEPARENT, tracestate: 'vendor=1' };

async function storedOf(table: 'deliveries' | 'events', ids: string[]): Promise<unknown[]> {
  const { rows } = await pool.query<{ trace_context: string | null }>(
    `select trace_context from ${table} where id = any ($1)`,
    [ids],
  );
  return rows.map(({ trace_context }) => trace_context);
}

const STORED = `${TRACEPARENT} vendor=1`;

suite('the trace of a call', () => {
  for (const more of [{}, { ordering_key: 'a' }])
    test(`a delivery ${JSON.stringify(more)} → stored with it, and answered`, async () => {
      const asked = { webhook_id: webhook.id, payload: 'x', ...more };
      const { status, body } = await post('/deliveries', asked);
      assert.deepEqual([status, body.traceparent], [201, TRACEPARENT]);
      assert.deepEqual(await storedOf('deliveries', [body.id]), [STORED]);
      assert.deepEqual(await api.delivery(body.id), body);
      assert.deepEqual((await api.call('GET', '/deliveries')).body.deliveries[0], body);
    });

  test('a delivery that is due later → stored with it', async () => {
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await post('/deliveries', { webhook_id: webhook.id, send_at: sendAt });
    assert.equal(body.traceparent, TRACEPARENT);
  });

  test('a batch → stored with each of its deliveries', async () => {
    const deliveries = ['x', 'y'].map((payload) => ({ webhook_id: webhook.id, payload }));
    const { body } = await post('/deliveries/batch', { deliveries });
    assert.deepEqual(await storedOf('deliveries', body.ids), [STORED, STORED]);
  });

  test('an event → stored with it and with its deliveries', async () => {
    const { body } = await post('/events', { type: 'order.paid' });
    assert.equal(body.traceparent, TRACEPARENT);
    assert.deepEqual((await api.call('GET', `/events/${body.id}`)).body, body);
    assert.deepEqual((await api.call('GET', '/events')).body.events[0], body);
    const { rows } = await pool.query('select id from deliveries where event_id = $1', [body.id]);
    assert.deepEqual(await storedOf('deliveries', [rows[0].id]), [STORED]);
  });

  test('a batch of events → stored with each', async () => {
    const events = [{ type: 'order.paid' }, { type: 'order.paid' }];
    const { body } = await post('/events/batch', { events });
    assert.deepEqual(await storedOf('events', body.ids), [STORED, STORED]);
  });

  test('a test of a webhook → stored with its delivery', async () => {
    const gone = new AbortController();
    const answer = fetch(`${api.url}/v1/webhooks/${webhook.id}/test`, {
      method: 'POST',
      headers: TRACED,
      signal: gone.signal,
    }).catch(() => {});
    const id = await until('it is stored', async () => {
      const { rows } = await pool.query<{ id: string }>('select id from deliveries where test');
      return rows[0]?.id;
    });
    gone.abort();
    await answer;
    assert.deepEqual(await storedOf('deliveries', [id]), [STORED]);
  });

  test('the same Idempotency-Key in another trace → the same delivery, with the first one', async () => {
    const asked = { webhook_id: webhook.id, payload: 'x' };
    const key = { 'Idempotency-Key': 'one' };
    const first = await post('/deliveries', asked, { ...TRACED, ...key });
    const again = await post('/deliveries', asked, {
      ...{ traceparent: TRACEPARENT.replace('4', '5'), ...key },
    });
    assert.deepEqual(again, first);
  });

  test('sent again → it keeps its trace', async () => {
    const { body } = await post('/deliveries', { webhook_id: webhook.id, payload: 'x' });
    await pool.query(`update deliveries set status = 'failed' where id = $1`, [body.id]);
    await inTransaction(pool, (tx) => makePending(tx, [body.id], null));
    assert.equal((await api.delivery(body.id)).traceparent, TRACEPARENT);
  });
});

suite('a call that tells of no trace', () => {
  const CASES: [what: string, headers: Record<string, string>][] = [
    ['no header', {}],
    ['a malformed traceparent', { traceparent: 'wrong' }],
    ['a tracestate alone', { tracestate: 'vendor=1' }],
  ];
  for (const [what, headers] of CASES)
    test(`${what} → 201, and no trace`, async () => {
      const asked = { webhook_id: webhook.id, payload: 'x' };
      const { status, body } = await post('/deliveries', asked, headers);
      assert.deepEqual([status, body.traceparent], [201, null]);
      assert.deepEqual(await storedOf('deliveries', [body.id]), [null]);
    });
});

suite('the log line of a request', () => {
  test('with a traceparent → its trace_id; without → none', async () => {
    await fetch(`${api.url}/v1/webhooks?limit=1`, { headers: TRACED });
    await fetch(`${api.url}/v1/webhooks?limit=1`);
    const [traced, plain] = await until('both are logged', () => {
      const lines = log.lines.filter(({ fields }) => fields['route'] === '/v1/webhooks');
      const gets = lines.filter(({ fields }) => fields['method'] === 'GET');
      return Promise.resolve(gets.length === 2 && gets);
    });
    assert.equal(traced?.fields['trace_id'], TRACE_ID);
    assert.ok(plain && !('trace_id' in plain.fields));
  });
});
