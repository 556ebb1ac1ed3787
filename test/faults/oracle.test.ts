import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sign } from '../../src/sending/signature.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { addAttemptRows } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { judge } from './oracle.ts';
import { openScene, orderedWebhook, webhookApart } from './scene.ts';
import { startTraffic } from './traffic.ts';

test('a delivery lost, one sent twice, one tried too often, one changed after its end, one sent before its time, all by hand → the oracle names each', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const [{ id: steady, url, secret_token }] = scene.webhooks as [Webhook];
  const traffic = startTraffic(t, scene, { callers: 0 });
  const posts = [];
  for (let i = 0; i < 5; i += 1) posts.push(await traffic.post(steady));
  const [lost, twice, often, changed, early] = posts.map(({ deliveryId }) => deliveryId);
  await scene.worker();
  for (const { deliveryId } of posts) await scene.api().settled(deliveryId ?? '');
  await until('the watcher has seen all', () => scene.watcher.seen() === posts.length);

  await pool.query('delete from deliveries where id = $1', [lost]);
  const { payload = '' } = posts[1] ?? {};
  await fetch(url, {
    method: 'POST',
    body: payload,
    headers: { 'X-Hub-Signature': sign(payload, secret_token) },
  });
  await addAttemptRows(pool, [{ webhookId: steady, deliveryId: often ?? '' }]);
  await pool.query(`update deliveries set status = 'failed', updated_at = now() where id = $1`, [
    changed,
  ]);
  await pool.query(`update deliveries set send_at = now() where id = $1`, [early]);

  await assert.rejects(
    judge(t, scene, { traffic, since: new Date() }),
    ({ actual }: { actual: string[] }) => {
      const named = (id: string | undefined, problem: RegExp) =>
        actual.some((line) => line.includes(id ?? '-') && problem.test(line));
      assert.ok(named(lost, /LOST/), actual.join('\n'));
      assert.ok(named(twice, /without a record/), actual.join('\n'));
      assert.ok(named(often, /1 attempts counted, 2 recorded/), actual.join('\n'));
      assert.ok(named(changed, /became/), actual.join('\n'));
      assert.ok(named(early, /ms before its send_at/), actual.join('\n'));
      return true;
    },
  );
});

test('order, head, budget and reason changed by hand after the end → the oracle names each', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const ordered = await orderedWebhook(scene);
  const settings = { max_delivery_attempts: 1 };
  const refusing = await webhookApart(scene, '/no', () => 500, { end: 'failed', settings });
  const traffic = startTraffic(t, scene, { callers: 0 });
  for (let i = 0; i < 20; i += 1) await traffic.post(ordered.id);
  const { deliveryId: failed = '' } = await traffic.post(refusing.id);
  await scene.worker();
  for (const { deliveryId = '' } of traffic.posts) await scene.api().settled(deliveryId);

  const byKey = Map.groupBy(
    traffic.posts.filter(({ key }) => key !== undefined),
    ({ key }) => key,
  );
  const [first, second] = [...byKey.values()].find(({ length }) => length > 1) ?? [];
  const pair = [first?.deliveryId, second?.deliveryId];
  await pool.query(
    `update deliveries set is_head = id = $1, sequence = (
       select sum(sequence) from deliveries where id in ($1, $2)
     ) - sequence
     where id in ($1, $2)`,
    pair,
  );
  await pool.query('update delivery_attempts set probe = true where delivery_id = $1', [failed]);
  await pool.query('update deliveries set failed_reason = null where id = $1', [failed]);

  await assert.rejects(
    judge(t, scene, { traffic, since: new Date() }),
    ({ actual }: { actual: string[] }) => {
      const all = actual.join('\n');
      for (const problem of [/too early/, /was posted after one behind it/, /1 probes/])
        assert.match(all, problem);
      assert.match(all, new RegExp(`${first?.deliveryId}: succeeded, but the head`));
      assert.match(all, new RegExp(`${failed}: failed without a reason`));
      return true;
    },
  );
});

test('a delivery that is held by hand while it has a job → the watch names it', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const traffic = startTraffic(t, scene, { callers: 0 });
  const { deliveryId = '' } = await traffic.post(scene.webhooks[0]?.id ?? '');
  const sql = `update deliveries set held_reason = $2, parked_at = $3 where id = $1`;
  await pool.query(sql, [deliveryId, 'backlog', new Date()]);
  const looks = scene.gate.looks();
  await until('a look', () => scene.gate.looks() > looks + 1);
  await pool.query(sql, [deliveryId, null, null]);
  assert.match((await scene.gate.problems()).join('\n'), /held \(backlog\), with 1 jobs/);
});
