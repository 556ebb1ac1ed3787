import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { Overloaded } from '../../src/database/shared-commit.ts';
import { TestCalls } from '../../src/http/test-calls.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';

suite('calls that wait for a test', async () => {
  const database = await freshDatabase(wholeFile);
  const { pool } = database;
  const webhook = await addWebhook(database, {});
  const pending = async () => (await addDeliveries(database, webhook.id))[0] ?? '';
  const long = { timeoutSeconds: 60, isGone: () => false };

  test('its delivery ends → they end, and hold no connection meanwhile', async () => {
    const deliveryId = await pending();
    const calls = new TestCalls(pool);
    const waits = Array.from({ length: 20 }, () => calls.wait({ deliveryId, ...long }));
    await until('nobody uses a connection', () => pool.idleCount === pool.totalCount);
    await pool.query(`update deliveries set status = 'failed' where id = $1`, [deliveryId]);
    assert.deepEqual(await Promise.all(waits), Array(20).fill(true));
  });

  test('its delivery is gone → it ends', async () => {
    assert.equal(await new TestCalls(pool).wait({ deliveryId: randomUUID(), ...long }), true);
  });

  test('the client is gone → it gives up', async () => {
    const deliveryId = await pending();
    let looks = 0;
    const isGone = () => (looks += 1) > 2;
    const calls = new TestCalls(pool);
    assert.equal(await calls.wait({ deliveryId, timeoutSeconds: 60, isGone }), false);
  });

  test('the attempt has had its time, and 5 seconds more → it gives up', async () => {
    const deliveryId = await pending();
    const calls = new TestCalls(pool);
    assert.equal(await calls.wait({ deliveryId, ...long, timeoutSeconds: -5 }), false);
  });

  test('the server stops → those that wait give up at once, and so do later ones', async () => {
    const deliveryId = await pending();
    const calls = new TestCalls(pool);
    const waiting = calls.wait({ deliveryId, ...long });
    calls.stop();
    assert.equal(await waiting, false);
    assert.equal(await calls.wait({ deliveryId, ...long }), false);
  });

  test('20 calls are under way → one more is refused before it begins; one ends → the next one begins', async () => {
    const calls = new TestCalls(pool);
    const ends: (() => void)[] = [];
    const under = Array.from({ length: 20 }, () =>
      calls.run(() => new Promise<void>((resolve) => ends.push(resolve))),
    );
    await assert.rejects(
      calls.run(() => assert.fail('it began')),
      Overloaded,
    );
    ends[0]?.();
    await under[0];
    assert.equal(await calls.run(async () => 'begun'), 'begun');
    for (const end of ends) end();
    await Promise.all(under);
  });

  test('more calls than may wait → 503 with Retry-After, and nothing of theirs is stored', async (t) => {
    const { url, call } = await startApi(t, database);
    const { id } = await addWebhook(database, { delivery_attempt_timeout: 60 });
    const path = `/webhooks/${id}/test`;
    const leaving = new AbortController();
    const { signal } = leaving;
    const waiting = Array.from({ length: 20 }, () =>
      fetch(`${url}/v1${path}`, { method: 'POST', signal }).catch(() => 'left'),
    );
    const count = async () =>
      (await pool.query(`select from deliveries where webhook_id = $1`, [id])).rowCount;
    await until('all are stored', async () => (await count()) === 20);
    const { status, headers } = await call('POST', path);
    assert.deepEqual([status, headers.get('Retry-After'), await count()], [503, '2', 20]);
    // Clients that leave make room.
    leaving.abort();
    assert.deepEqual(await Promise.all(waiting), Array(20).fill('left'));
    await pool.query(
      `create function end_test() returns trigger language plpgsql
       as $$ begin new.status = 'failed'; return new; end $$;
       create trigger end_test before insert on deliveries
       for each row when (new.test) execute function end_test()`,
    );
    await until('there is room', async () => (await call('POST', path)).status === 200);
  });
});
