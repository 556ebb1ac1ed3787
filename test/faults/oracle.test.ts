import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sign } from '../../src/sending/signature.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { addAttemptRows } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { judge } from './oracle.ts';
import { openScene } from './scene.ts';
import { startTraffic } from './traffic.ts';

test('a delivery lost, one sent twice, one tried too often, one changed after its end, all by hand → the oracle names each', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const [{ id: steady, url, secret_token }] = scene.webhooks as [Webhook];
  const traffic = startTraffic(t, scene, { callers: 0 });
  const posts = [];
  for (let i = 0; i < 4; i += 1) posts.push(await traffic.post(steady));
  const [lost, twice, often, changed] = posts.map(({ deliveryId }) => deliveryId);
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

  await assert.rejects(
    judge(t, scene, { traffic, since: new Date() }),
    ({ actual }: { actual: string[] }) => {
      const named = (id: string | undefined, problem: RegExp) =>
        actual.some((line) => line.includes(id ?? '-') && problem.test(line));
      assert.ok(named(lost, /LOST/), actual.join('\n'));
      assert.ok(named(twice, /without a record/), actual.join('\n'));
      assert.ok(named(often, /1 attempts counted, 2 recorded/), actual.join('\n'));
      assert.ok(named(changed, /became/), actual.join('\n'));
      return true;
    },
  );
});
