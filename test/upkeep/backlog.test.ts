import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { measureBacklog } from '../../src/upkeep/backlog.ts';
import { freshDatabase } from '../setup/database.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';

test('webhooks in every state → each is counted in one, and inactive ones apart', async (t) => {
  const database = await freshDatabase(t);
  await addWebhook(database);
  for (const [active, columns, values] of [
    [true, 'state, failing_since', `'failing', now()`],
    [true, 'failing_since', 'now()'],
    [true, 'state, failing_since', `'recovering', now()`],
    [true, 'paused_until', `'infinity'`],
    [true, 'paused_until', `now() - interval '1 second'`],
    [false, 'state, failing_since', `'failing', now()`],
  ] as const) {
    const { id } = await addWebhook(database, { active });
    await database.pool.query(
      `insert into webhook_states (webhook_id, ${columns}) values ($1, ${values})`,
      [id],
    );
  }
  const metrics = createMetrics();
  await measureBacklog(database.pool, metrics);
  const lines = (await metrics.text()).match(/^postmand_webhooks\{.*$/gm);
  assert.deepEqual(lines, [
    'postmand_webhooks{state="healthy"} 2',
    'postmand_webhooks{state="failing"} 2',
    'postmand_webhooks{state="recovering"} 1',
    'postmand_webhooks{state="paused"} 1',
    'postmand_webhooks{state="inactive"} 1',
  ]);
});

test('operations in every state → those under way are counted', async (t) => {
  const { pool } = await freshDatabase(t);
  await pool.query(
    `insert into operations (id, kind, state, filter, finished_at)
     select gen_random_uuid(), 'redelivery', state, '{}', ended
     from (values ('queued', null), ('running', null), ('running', null), ('done', now()))
       as one (state, ended)`,
  );
  const metrics = createMetrics();
  await measureBacklog(pool, metrics);
  assert.deepEqual((await metrics.text()).match(/^postmand_operations_under_way\{.*$/gm), [
    'postmand_operations_under_way{state="queued"} 1',
    'postmand_operations_under_way{state="running"} 2',
  ]);
});

test('keys that failed deliveries block → they are counted', async (t) => {
  const database = await freshDatabase(t);
  const { id } = await addWebhook(database, { ordering_on_failure: 'block' });
  await addDeliveries(database, id, { count: 3 });
  await database.pool.query(
    `update deliveries set ordering_key = payload, sequence = 1, is_head = true,
       status = case payload when 'payload 1' then 'pending' else 'failed' end`,
  );
  const metrics = createMetrics();
  await measureBacklog(database.pool, metrics);
  assert.match(await metrics.text(), /^postmand_ordering_keys_blocked 2$/m);
});
