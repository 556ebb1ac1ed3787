import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { AccessTokens } from '../../../src/sending/authorizing/access-tokens.ts';
import { sendAuthorized, withToken } from '../../../src/sending/authorizing/send-authorized.ts';
import { ProcessPool } from '../../../src/sending/isolated/pool.ts';
import { HttpSender, type SendLimits } from '../../../src/sending/send.ts';
import type { Auth } from '../../../src/webhooks/request/auth/auth.ts';
import { startReceiver, type Received } from '../../setup/receiver.ts';
import { SENDER_OPTIONS } from '../sending.ts';
import { startTokenEndpoint } from './token-endpoint.ts';

const REQUEST = {
  headers: [['Content-Type', 'application/json']] as [string, string][],
  body: '{}',
};

/** Sends to `url` for a webhook with `auth`. */
function authorizing(t: TestContext, url: string, isolated = false) {
  const own = new HttpSender(SENDER_OPTIONS);
  const sender = isolated ? new ProcessPool(SENDER_OPTIONS) : own;
  t.after(() => (own.close(), sender.close()));
  const accessTokens = new AccessTokens(own);
  return (auth: Auth | null, limits: Partial<SendLimits> = {}, valid = [200]) => {
    const request = {
      signatures: [],
      headers: {},
      auth,
      format: 'raw' as const,
      propagate_trace: false,
      signing_key: null,
    };
    const webhook = {
      id: 'w',
      valid_status_codes: valid,
      request: { ...request, old_secrets: null, sealed: null },
    };
    return sendAuthorized(
      { sender, accessTokens },
      { request: { url, ...REQUEST }, webhook },
      { timeoutMs: 20_000, signal: new AbortController().signal, ...limits },
    );
  };
}

const authorizationOf = ({ headers }: Received) => headers.authorization;

/** Takes this token alone. */
async function receiverOf(t: TestContext, taken: string) {
  return startReceiver(t, ({ headers }, response) => {
    response.statusCode = headers.authorization === `Bearer ${taken}` ? 200 : 401;
    response.end();
  });
}

for (const isolated of [false, true])
  suite(`a webhook with client credentials${isolated ? ', in a process of its own' : ''}`, () => {
    test('its requests carry the token, which is fetched once', async (t) => {
      const [endpoint, receiver] = [await startTokenEndpoint(t), await receiverOf(t, 'token-1')];
      const send = authorizing(t, receiver.url, isolated);
      for (let nth = 1; nth <= 2; nth += 1) {
        const { request, exchange } = await send(endpoint.oauth2);
        assert.equal(exchange.kind === 'response' && exchange.status, 200);
        assert.deepEqual(request?.headers, [
          ['Authorization', 'Bearer token-1'],
          ['Content-Type', 'application/json'],
        ]);
      }
      assert.equal(endpoint.received.length, 1);
    });

    test('a 401 → once more with a new token', async (t) => {
      const [endpoint, receiver] = [await startTokenEndpoint(t), await receiverOf(t, 'token-2')];
      const { request, exchange } = await authorizing(t, receiver.url, isolated)(endpoint.oauth2);
      assert.equal(exchange.kind === 'response' && exchange.status, 200);
      assert.deepEqual(request?.headers[0], ['Authorization', 'Bearer token-2']);
      assert.deepEqual(receiver.received.map(authorizationOf), [
        'Bearer token-1',
        'Bearer token-2',
      ]);
    });
  });

suite('a receiver that answers 401', () => {
  test('always → it is asked twice an attempt, and the second answer counts', async (t) => {
    const [endpoint, receiver] = [await startTokenEndpoint(t), await receiverOf(t, 'never')];
    const { exchange } = await authorizing(t, receiver.url)(endpoint.oauth2);
    assert.equal(exchange.kind === 'response' && exchange.status, 401);
    assert.deepEqual([receiver.received.length, endpoint.received.length], [2, 2]);
  });

  test('where 401 is a success → it is asked once', async (t) => {
    const [endpoint, receiver] = [await startTokenEndpoint(t), await receiverOf(t, 'never')];
    await authorizing(t, receiver.url)(endpoint.oauth2, {}, [200, 401]);
    assert.deepEqual([receiver.received.length, endpoint.received.length], [1, 1]);
  });

  test('and there is no other token → that is the failure, and the request is the one that was sent', async (t) => {
    const receiver = await receiverOf(t, 'never');
    const endpoint = await startTokenEndpoint(t, (request, number) =>
      number === 1 ? endpoint.giving(request, number) : { status: 503, body: '' },
    );
    const { request, exchange } = await authorizing(t, receiver.url)(endpoint.oauth2);
    assert.ok(exchange.kind === 'failure');
    assert.equal(exchange.message, 'token endpoint: it answered with status 503');
    assert.deepEqual(request?.headers[0], ['Authorization', 'Bearer token-1']);
  });

  test('to a webhook without credentials → its answer counts', async (t) => {
    const receiver = await receiverOf(t, 'never');
    const { exchange } = await authorizing(t, receiver.url)(null);
    assert.equal(exchange.kind === 'response' && exchange.status, 401);
    assert.equal(receiver.received.length, 1);
  });
});

suite('there is no token', () => {
  test('nothing is sent, and nothing is begun', async (t) => {
    const receiver = await startReceiver(t);
    const { oauth2 } = await startTokenEndpoint(t, () => ({ status: 400, body: '' }));
    const mayBegin = () => assert.fail('it was begun');
    const { request, exchange } = await authorizing(t, receiver.url)(oauth2, { mayBegin });
    assert.ok(exchange.kind === 'failure' && exchange.reason === 'token');
    assert.ok(exchange.durationMs >= 0);
    assert.equal(request, undefined);
    assert.equal(receiver.received.length, 0);
  });

  test('in the time of the attempt → a timeout, which took as long', async (t) => {
    const receiver = await startReceiver(t);
    const { oauth2 } = await startTokenEndpoint(t, () => undefined);
    const { exchange } = await authorizing(t, receiver.url)(oauth2, { timeoutMs: 100 });
    assert.ok(exchange.kind === 'failure');
    assert.equal(exchange.message, 'token endpoint: timeout after 0.1 s');
    assert.ok(exchange.durationMs >= 99, String(exchange.durationMs));
    assert.equal(receiver.received.length, 0);
  });

  test('as it was given up → it is given up', async (t) => {
    const { oauth2 } = await startTokenEndpoint(t, () => undefined);
    const signal = AbortSignal.abort();
    const { exchange } = await authorizing(t, 'http://127.0.0.1:9/')(oauth2, { signal });
    assert.deepEqual(exchange, { kind: 'aborted' });
  });
});

test('the token comes late → the receiver has the rest of the time, and the attempt took all of it', async (t) => {
  const receiver = await startReceiver(t, () => {});
  const endpoint = await startTokenEndpoint(t, async (request, number) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return (await endpoint.giving(request, number)) ?? {};
  });
  const startedAt = performance.now();
  const { exchange } = await authorizing(t, receiver.url)(endpoint.oauth2, { timeoutMs: 2000 });
  const tookMs = performance.now() - startedAt;
  assert.ok(exchange.kind === 'failure');
  assert.equal(exchange.message, 'timeout after 2 s');
  assert.ok(exchange.durationMs >= 1999 && exchange.durationMs <= tookMs + 1);
  assert.equal(receiver.received.length, 1);
});

test('a send that may not begin → aborted', async (t) => {
  const [endpoint, receiver] = [await startTokenEndpoint(t), await startReceiver(t)];
  const send = authorizing(t, receiver.url);
  const { exchange } = await send(endpoint.oauth2, { mayBegin: () => false });
  assert.deepEqual([exchange, receiver.received.length], [{ kind: 'aborted' }, 0]);
});

suite('the header stands in its place', () => {
  for (const [before, after] of [
    [[], ['Authorization']],
    [
      ['Accept', 'Content-Type'],
      ['Accept', 'Authorization', 'Content-Type'],
    ],
    [['accept'], ['accept', 'Authorization']],
    [
      ['webhook-id', 'X-A'],
      ['Authorization', 'webhook-id', 'X-A'],
    ],
  ] as const)
    test(`${before.join()} → ${after.join()}`, () => {
      const headers = before.map((name): [string, string] => [name, '1']);
      const request = withToken({ url: '', headers, body: '' }, { kind: 'token', value: 'a' });
      assert.deepEqual(
        request.headers.map(([name]) => name),
        after,
      );
    });
});
