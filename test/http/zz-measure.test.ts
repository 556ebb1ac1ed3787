import { test } from 'node:test';
import { Client } from 'pg';
import { withHealth } from '../../src/deliveries/webhook-health.ts';
import { listWebhooks } from '../../src/webhooks/webhook-store.ts';
import { freshDatabase } from '../setup/database.ts';
import { addWebhook } from '../setup/rows.ts';

test('measure', async (t) => {
  const database = await freshDatabase(t);
  const { pool } = database;
  for (let n = 0; n < 50; n += 1) await addWebhook(database);
  const client = new Client(database.url);
  await client.connect();
  const time = async (what: string) => {
    const webhooks = await listWebhooks(pool, {}, { limit: 50, offset: 0, createdAt: {} });
    const times: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const at = performance.now();
      await withHealth(pool, webhooks);
      times.push(performance.now() - at);
    }
    t.diagnostic(`${what}: ${times.map((ms) => ms.toFixed(1)).join(' ')} ms`);
  };
  await client.query(`insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status, held_reason, parked_at, created_at, updated_at)
    select gen_random_uuid(), w.id, 'x', now(), 0, 'pending', 'endpoint_failing', now(), now(), now() from webhooks w, generate_series(1, 1000)`);
  await time('1,000 held each, not vacuumed');
  await client.query('vacuum analyze deliveries');
  await time('1,000 held each, vacuumed');
  await client.query(`insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status, held_reason, parked_at, created_at, updated_at)
    select gen_random_uuid(), w.id, 'x', now(), 0, 'pending', 'endpoint_failing', now(), now(), now() from webhooks w, generate_series(1, 9500)`);
  await time('10,500 held each, not vacuumed');
  await client.query('vacuum analyze deliveries');
  await time('10,500 held each, vacuumed');
  await client.end();
});
