import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { openOperators } from './operators.ts';

const SECONDS = 6;

suite('an endpoint that goes silent', { concurrency: 2 }, () => {
  for (const on_failing of ['retry', 'hold'] as const)
    test(`it takes requests and never answers, its retries are hours away, with on_failing ${on_failing} → the alarm comes soon after its failing_after, and not before`, async (t) => {
      const { api, database, receiver, until: told } = await openOperators(t);
      let silent = true;
      const endpoint = await startReceiver(t, (_request, response) => {
        if (!silent) response.end();
      });
      const { id } = await api.createWebhook({
        ...{ url: endpoint.url, on_failing, delivery_attempt_timeout: 1 },
        ...{ retry_min_backoff: 7200, retry_max_backoff: 7200 },
        failing_after: { attempts: 3, seconds: SECONDS },
      });
      for (let n = 0; n < 3; n += 1) await api.createDelivery(id);
      const since = await until('it fails', async () => {
        const { rows } = await database.pool.query<{ since: string }>(
          'select failures_since as since from webhook_states where webhook_id = $1',
          [id],
        );
        return rows[0]?.since;
      });
      const [failing] = await told('webhook.failing');
      const at = performance.timeOrigin + (receiver.received[0]?.at ?? Infinity);
      const lateSeconds = (at - Date.parse(since)) / 1000 - SECONDS;
      // Five seconds are promised. A machine that is busy with other tests is not measured by them.
      t.diagnostic(`${lateSeconds.toFixed(2)} s after its failing_after`);
      assert.ok(lateSeconds >= -0.1, `${lateSeconds} s`);
      assert.match(JSON.stringify(failing?.data['last_attempt']), /"error":"[^"]/);
      // It answers again: what is held comes back by a probe.
      silent = false;
      if (on_failing === 'retry') return;
      const next = await api.createDelivery(id);
      await api.settled(next.id, 60_000);
      await told('webhook.recovered');
    });
});
