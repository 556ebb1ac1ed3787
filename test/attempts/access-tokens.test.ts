import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { OAuth2 } from '../../src/webhooks/request/auth/auth.ts';
import { startTokenEndpoint } from '../sending/authorizing/token-endpoint.ts';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { GIVEN } from '../setup/settings.ts';

suite('a delivery to a webhook with client credentials', () => {
  test('it carries a token, and the attempt shows only that there was one', async (t) => {
    const { api, webhook, receiver, endpoint, log } = await open(t);
    const { id } = await api.createDelivery(webhook.id, 'a payload');
    assert.equal((await api.settled(id)).status, 'succeeded');
    assert.equal(receiver.received[0]?.headers.authorization, 'Bearer token-1');
    const [attempt] = await api.attempts(id);
    assert.match(attempt?.raw_request ?? '', /\r\nAuthorization: \*\*\*\r\nContent-Type: /);
    assert.match(attempt?.raw_request ?? '', /\r\n\r\na payload$/);
    const told = JSON.stringify([log.lines, await api.attempts(id)]);
    for (const secret of ['token-1', endpoint.oauth2.client_secret])
      assert.equal(told.includes(secret), false, secret);
  });

  test('there is no token at first → a failed attempt that sent nothing, then it is delivered', async (t) => {
    const { api, webhook, receiver, endpoint } = await open(t);
    endpoint.replyWith((_request, number) =>
      number < 2 ? { status: 503, body: 'later' } : endpoint.giving(_request, number),
    );
    const { id } = await api.createDelivery(webhook.id);
    const { status, delivery_attempts } = await api.settled(id);
    assert.deepEqual([status, delivery_attempts], ['succeeded', 2]);
    const [first] = await api.attempts(id);
    assert.deepEqual(
      [first?.error, first?.response_status_code, first?.raw_request, first?.raw_response],
      ['token endpoint: it answered with status 503', 0, '', ''],
    );
    assert.equal(receiver.received.length, 1);
  });

  test('never any token → its attempts end, and it has failed', async (t) => {
    const { api, webhook, endpoint } = await open(t, { max_delivery_attempts: 2 });
    endpoint.replyWith(() => ({ status: 400, body: { error: 'invalid_grant' } }));
    const { id } = await api.createDelivery(webhook.id);
    const { status, failed_reason } = await api.settled(id);
    assert.deepEqual([status, failed_reason], ['failed', 'attempts']);
    for (const { error } of await api.attempts(id))
      assert.equal(error, 'token endpoint: it answered with status 400, invalid_grant');
  });

  test('other credentials → the next delivery has a token of theirs', async (t) => {
    const { api, webhook, receiver, endpoint } = await open(t);
    await api.settled((await api.createDelivery(webhook.id)).id);
    const auth = { ...endpoint.oauth2, client_secret: 'another' };
    const { status } = await api.call('PUT', `/webhooks/${webhook.id}`, {
      ...GIVEN,
      url: receiver.url,
      auth,
    });
    assert.equal(status, 200);
    await api.settled((await api.createDelivery(webhook.id)).id);
    assert.deepEqual(
      receiver.received.map(({ headers }) => headers.authorization),
      ['Bearer token-1', 'Bearer token-2'],
    );
  });

  test('its token endpoint hangs → webhooks beside it do not wait', async (t) => {
    const { api, webhook, receiver, endpoint } = await open(t, { delivery_attempt_timeout: 60 });
    endpoint.replyWith(() => undefined);
    for (let nth = 0; nth < 30; nth += 1) await api.createDelivery(webhook.id);
    await endpoint.count(1);
    const other = await api.createWebhook({ url: receiver.url });
    const auth = { ...endpoint.oauth2, token_url: (await startTokenEndpoint(t)).oauth2.token_url };
    const third = await api.createWebhook({ url: receiver.url, auth });
    for (const { id } of [other, third]) {
      const delivery = await api.createDelivery(id);
      assert.equal((await api.settled(delivery.id)).status, 'succeeded');
    }
    assert.equal(endpoint.received.length, 1);
  });
});

/** A service with a webhook, its receiver and its token endpoint. */
async function open(t: TestContext, settings: object = {}) {
  const database = await freshDatabase(t);
  const [receiver, endpoint] = [await startReceiver(t), await startTokenEndpoint(t)];
  const log = keepingLog();
  const api = await startApi(t, database, { log });
  await startWorkerHere(t, database, { log });
  const auth: OAuth2 = endpoint.oauth2;
  const webhook = await api.createWebhook({ url: receiver.url, auth, ...settings });
  return { api, webhook, receiver, endpoint, log };
}
