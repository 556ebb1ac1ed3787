import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { addDeliveries, holdAll } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';

const TIME = '2026-11-23T16:26:01.456186Z';

/** Columns of its state, and what the API tells of them. */
const CASES: [when: string, columns: Record<string, unknown>, health: Record<string, unknown>][] = [
  ['nothing but a success was noted', { last_success_at: TIME }, { last_success_at: TIME }],
  [
    'some attempts failed',
    { consecutive_failures: 3, failures_since: TIME, last_failure_at: TIME },
    { consecutive_failures: 3, last_failure_at: TIME },
  ],
  ['it is failing and retried', { failing_since: TIME }, { state: 'failing', failing_since: TIME }],
  [
    'it is failing, held and paused',
    { state: 'failing', failing_since: TIME, paused_until: '2999-01-01T00:00:00.000000Z' },
    { state: 'failing', failing_since: TIME, paused_until: '2999-01-01T00:00:00.000000Z' },
  ],
  [
    'it recovers',
    { state: 'recovering', failing_since: TIME },
    { state: 'recovering', failing_since: TIME },
  ],
  [
    'it recovers, and is paused',
    { state: 'recovering', failing_since: TIME, paused_until: 'infinity' },
    { state: 'paused', failing_since: TIME },
  ],
  ['its pause is over', { paused_until: TIME }, {}],
];

suite('the health of a webhook', async () => {
  const database = await freshDatabase(wholeFile);
  const api = await startApi(wholeFile, database);
  const { pool } = database;

  for (const [when, columns, health] of CASES)
    test(`${when} → ${JSON.stringify(health)}, alone and in a list`, async () => {
      const webhook = await api.createWebhook();
      await pool.query(
        `insert into webhook_states
         select * from json_populate_record(null::webhook_states, $1)`,
        [JSON.stringify({ ...ROW, ...columns, webhook_id: webhook.id })],
      );
      const { body } = await api.call('GET', `/webhooks/${webhook.id}`);
      assert.deepEqual(body.health, { ...HEALTHY, ...health });
      const { body: list } = await api.call('GET', '/webhooks?limit=100');
      const listed = list.webhooks.find((one: { id: string }) => one.id === webhook.id);
      assert.deepEqual(listed, body);
      // What the server owns may be sent back.
      const { status, body: put } = await api.call('PUT', `/webhooks/${webhook.id}`, body);
      assert.deepEqual([status, put.health], [200, body.health]);
    });

  test('deliveries held for reasons that the API shows → counted, and no others', async () => {
    const webhook = await api.createWebhook();
    await addDeliveries(database, webhook.id, { count: 4 });
    for (const [reason, held] of [
      ['endpoint_failing', 4],
      ['ordered', 4],
      ['later', 0],
      ['backlog', 0],
    ] as const) {
      await holdAll(database, webhook.id, reason);
      const { body } = await api.call('GET', `/webhooks/${webhook.id}`);
      assert.equal(body.health.held, held, reason);
    }
  });

  test('more than 1,000 are held → 1,000', async () => {
    const webhook = await api.createWebhook();
    await addDeliveries(database, webhook.id, { count: 1001 });
    await holdAll(database, webhook.id, 'endpoint_failing');
    const { body } = await api.call('GET', `/webhooks/${webhook.id}`);
    assert.equal(body.health.held, 1000);
  });
});

const ROW = { state: 'healthy', consecutive_failures: 0, over_window: false };
const HEALTHY = {
  state: 'healthy',
  consecutive_failures: 0,
  failing_since: null,
  last_success_at: null,
  last_failure_at: null,
  paused_until: null,
  held: 0,
};
