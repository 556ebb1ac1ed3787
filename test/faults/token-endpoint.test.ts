import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startTokenEndpoint } from '../sending/authorizing/token-endpoint.ts';
import { judge } from './oracle.ts';
import { openScene } from './scene.ts';
import { startTraffic } from './traffic.ts';

suite('a token endpoint that hangs', () => {
  test('SIGKILL of the worker that waits for it → another one delivers, and nothing is sent twice', async (t) => {
    const scene = await openScene(t);
    const endpoint = await startTokenEndpoint(t, () => undefined);
    const webhook = await scene.webhook('/authorized', () => 200, {
      end: 'succeeded',
      settings: { auth: endpoint.oauth2 },
    });
    const traffic = startTraffic(t, scene);
    const doomed = await scene.worker();
    await endpoint.count(1);
    // The other webhooks do not wait for it.
    const arrived = scene.receiver.arrivals.length;
    await traffic.accepted(60);
    assert.ok(scene.receiver.arrivals.length > arrived);
    const authorized = () => scene.receiver.arrivals.filter(({ path }) => path === '/authorized');
    assert.equal(authorized().length, 0);

    await doomed.end('SIGKILL');
    const since = new Date();
    endpoint.replyWith(endpoint.giving);
    await scene.worker();
    await traffic.accepted(60);
    const rows = await judge(t, scene, {
      traffic,
      since,
      // What the others had under way may have arrived without being recorded.
      mayRepeat: ({ webhook_id }) => webhook_id !== webhook.id,
    });
    assert.ok(rows.some(({ webhook_id }) => webhook_id === webhook.id));
  });
});
