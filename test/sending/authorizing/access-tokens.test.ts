import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { AccessTokens } from '../../../src/sending/authorizing/access-tokens.ts';
import { HttpSender, type SenderOptions } from '../../../src/sending/send.ts';
import type { OAuth2 } from '../../../src/webhooks/request/auth/auth.ts';
import { startTcpServer } from '../../setup/raw-server.ts';
import { until } from '../../setup/until.ts';
import { SENDER_OPTIONS } from '../sending.ts';
import { clientIn, startTokenEndpoint } from './token-endpoint.ts';

const PATIENT = { timeoutMs: 20_000, signal: new AbortController().signal };

/** Access tokens with a clock that the test sets. */
function tokensOf(t: TestContext, options: Partial<SenderOptions> = {}) {
  const sender = new HttpSender({ ...SENDER_OPTIONS, ...options });
  t.after(() => sender.close());
  const clock = { ms: 0 };
  const tokens = new AccessTokens(sender, () => clock.ms);
  const value = async (oauth2: OAuth2, refused?: string) => {
    const before = refused === undefined ? undefined : ({ kind: 'token', value: refused } as const);
    const token = await tokens.get(oauth2, PATIENT, before);
    return token.kind === 'token' ? token.value : token;
  };
  const fault = async (oauth2: OAuth2) => {
    const answer = await tokens.get(oauth2, PATIENT);
    return answer.kind === 'failure' ? answer.message : answer.kind;
  };
  return { tokens, value, fault, clock };
}

suite('a token is asked for', () => {
  test('as RFC 6749 says, with the secret in a header', async (t) => {
    const { oauth2, received } = await startTokenEndpoint(t);
    const { value } = tokensOf(t);
    assert.equal(
      await value({ ...oauth2, scope: 'a b', audience: 'https://r.example' }),
      'token-1',
    );
    const [request] = received;
    assert.ok(request);
    assert.equal(request.method, 'POST');
    assert.equal(request.path, '/token');
    assert.match(request.headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/);
    assert.equal(request.headers['user-agent'], 'postmand');
    assert.deepEqual(clientIn(request), [oauth2.client_id, oauth2.client_secret]);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
      grant_type: 'client_credentials',
      scope: 'a b',
      audience: 'https://r.example',
    });
  });

  test('the endpoint looks for the secret in the body → it is sent there, from then on at once', async (t) => {
    const endpoint = await startTokenEndpoint(t, ({ headers }, number) =>
      headers.authorization === undefined
        ? endpoint.giving({} as never, number)
        : { status: 401, body: { error: 'invalid_client' } },
    );
    const { value } = tokensOf(t);
    assert.equal(await value(endpoint.oauth2), 'token-2');
    assert.equal(await value(endpoint.oauth2, 'token-2'), 'token-3');
    const { client_id, client_secret } = endpoint.oauth2;
    for (const { body } of endpoint.received.slice(1))
      assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
        grant_type: 'client_credentials',
        client_id,
        client_secret,
      });
  });

  test('the endpoint knows the client in neither way → two requests, and what it said first', async (t) => {
    const { oauth2, received } = await startTokenEndpoint(t, (_request, number) => ({
      status: 401,
      body: { error: number === 1 ? 'invalid_client' : 'invalid_request' },
    }));
    const { fault } = tokensOf(t);
    assert.equal(
      await fault(oauth2),
      'token endpoint: it answered with status 401, invalid_client',
    );
    assert.equal(received.length, 2);
  });
});

suite('a token is kept', () => {
  test('until 30 seconds before its end', async (t) => {
    const { oauth2 } = await startTokenEndpoint(t);
    const { value, clock } = tokensOf(t);
    assert.equal(await value(oauth2), 'token-1');
    clock.ms = 3_569_999;
    assert.equal(await value(oauth2), 'token-1');
    clock.ms = 3_570_000;
    assert.equal(await value(oauth2), 'token-2');
  });

  for (const [expires_in, keptMs] of [
    [undefined, 300_000],
    ['90', 60_000],
    [30.5, 500],
  ] as const)
    test(`expires_in ${expires_in} → for ${keptMs} ms`, async (t) => {
      const endpoint = await startTokenEndpoint(t, (_request, number) => ({
        body: { access_token: `token-${number}`, token_type: 'bearer', expires_in },
      }));
      const { value, clock } = tokensOf(t);
      await value(endpoint.oauth2);
      clock.ms = keptMs - 1;
      assert.equal(await value(endpoint.oauth2), 'token-1');
      clock.ms = keptMs;
      assert.equal(await value(endpoint.oauth2), 'token-2');
    });

  for (const expires_in of [30, 1, 0])
    test(`expires_in ${expires_in} → not at all`, async (t) => {
      const endpoint = await startTokenEndpoint(t, (_request, number) => ({
        body: { access_token: `token-${number}`, token_type: 'bearer', expires_in },
      }));
      const { value } = tokensOf(t);
      assert.equal(await value(endpoint.oauth2), 'token-1');
      assert.equal(await value(endpoint.oauth2), 'token-2');
    });

  test('the receiver did not take it → another one, which those that come later with the old one get too', async (t) => {
    const { oauth2, received } = await startTokenEndpoint(t);
    const { value } = tokensOf(t);
    assert.equal(await value(oauth2), 'token-1');
    assert.equal(await value(oauth2, 'token-1'), 'token-2');
    assert.equal(await value(oauth2, 'token-1'), 'token-2');
    assert.equal(received.length, 2);
  });

  const CHANGES: Partial<OAuth2>[] = [
    { client_id: 'another' },
    { client_secret: 'another' },
    { scope: 'more' },
    { audience: 'somebody' },
  ];
  for (const change of CHANGES)
    test(`other credentials, ${Object.keys(change).join()} → another token, beside it`, async (t) => {
      const { oauth2 } = await startTokenEndpoint(t);
      const { value } = tokensOf(t);
      assert.equal(await value(oauth2), 'token-1');
      assert.equal(await value({ ...oauth2, ...change }), 'token-2');
      assert.equal(await value({ ...oauth2 }), 'token-1');
    });
});

suite('many need the same token', () => {
  test('at a time → one request', async (t) => {
    const { oauth2, received } = await startTokenEndpoint(t);
    const { value } = tokensOf(t);
    const values = await Promise.all(Array.from({ length: 50 }, () => value({ ...oauth2 })));
    assert.deepEqual(new Set(values), new Set(['token-1']));
    assert.equal(received.length, 1);
  });

  test('one gives up → the others get it, and the request goes on', async (t) => {
    const { promise, resolve } = Promise.withResolvers<{ body: unknown }>();
    const { oauth2, received } = await startTokenEndpoint(t, () => promise);
    const { tokens, value } = tokensOf(t);
    const abort = new AbortController();
    const one = tokens.get(oauth2, { timeoutMs: 20_000, signal: abort.signal });
    const two = tokens.get(oauth2, { timeoutMs: 50, signal: PATIENT.signal });
    const three = value(oauth2);
    await until('it is asked', () => received.length === 1);
    abort.abort();
    assert.deepEqual(await one, { kind: 'aborted' });
    assert.deepEqual(await two, {
      kind: 'failure',
      reason: 'timeout',
      message: 'token endpoint: timeout after 0.05 s',
    });
    resolve({ body: { access_token: 'late', token_type: 'bearer' } });
    assert.deepEqual([await three, received.length], ['late', 1]);
  });

  test('nobody waits any more → it is called off, and the next one asks again', async (t) => {
    const server = await startTcpServer(t, (socket) => void socket.resume());
    const endpoint = await startTokenEndpoint(t);
    const { tokens } = tokensOf(t);
    const hanging = { ...endpoint.oauth2, token_url: server.url };
    const limits = { timeoutMs: 50, signal: PATIENT.signal };
    const both = [tokens.get(hanging, limits), tokens.get(hanging, limits)];
    for (const one of await Promise.all(both)) assert.equal(one.kind, 'failure');
    await until('the connection is closed', () => server.open.size === 0);
    await tokens.get(hanging, limits);
    assert.equal(server.connections(), 2);
    // Nothing of it is in the way of other credentials.
    assert.equal((await tokens.get(endpoint.oauth2, limits)).kind, 'token');
  });
});

suite('there is no token', () => {
  const token = { access_token: 'abc', token_type: 'Bearer' };
  for (const [when, reply, words] of [
    ['a 503', { status: 503, body: '{"error":"server_error"}' }, 'it answered with status 503'],
    [
      'a 400',
      { status: 400, body: { error: 'invalid_scope' } },
      'it answered with status 400, invalid_scope',
    ],
    [
      'a 400 with anything for a code',
      { status: 400, body: { error: 'Look: s3cret' } },
      'it answered with status 400',
    ],
    [
      'a 400 with the secret for a code',
      { status: 400, body: { error: 'sesame' } },
      'it answered with status 400',
    ],
    [
      'a 403 with text',
      { status: 403, body: 'no!', headers: { 'content-type': 'text/plain' } },
      'it answered with status 403',
    ],
    [
      'a 401 that asks for another way',
      { status: 401, body: '', headers: { 'www-authenticate': 'Basic' } },
      'it answered with status 401',
    ],
    [
      'a redirect',
      { status: 302, body: '', headers: { location: '/elsewhere' } },
      'it answered with status 302',
    ],
    ['a 204', { status: 204, body: '' }, 'it answered with status 204'],
    ['a status that HTTP does not have', { status: 799, body: '' }, 'it answered with status 799'],
    ['text', { body: 'welcome' }, 'its answer is not JSON'],
    ['a list', { body: [token] }, 'its answer has no token as in RFC 6749, section 5.1'],
    [
      'no access_token',
      { body: { token_type: 'Bearer' } },
      'its answer has no token as in RFC 6749, section 5.1',
    ],
    [
      'an empty one',
      { body: { ...token, access_token: '' } },
      'its answer has no token as in RFC 6749, section 5.1',
    ],
    [
      'expires_in in words',
      { body: { ...token, expires_in: 'soon' } },
      'its answer has no token as in RFC 6749, section 5.1',
    ],
    [
      'another type',
      { body: { ...token, token_type: 'mac' } },
      'its token is not of the type Bearer',
    ],
    ['DPoP', { body: { ...token, token_type: 'DPoP' } }, 'its token is not of the type Bearer'],
    [
      'a token with a line break',
      { body: { ...token, access_token: 'a\r\nX-Evil: 1' } },
      'its token has characters that no token may have',
    ],
    [
      'too much',
      { body: { ...token, more: 'x'.repeat(65_536) } },
      'its answer is longer than 64 KiB',
    ],
  ] as const)
    test(`${when} → ${words}`, async (t) => {
      const { oauth2 } = await startTokenEndpoint(t, () => reply);
      const { fault } = tokensOf(t);
      assert.equal(await fault({ ...oauth2, client_secret: 'sesame' }), `token endpoint: ${words}`);
    });

  for (const [when, token_url, words] of [
    ['nobody listens', 'http://127.0.0.1:9/', 'connection refused'],
    [
      'it may not be reached',
      'http://169.254.169.254/',
      'target not allowed: 169.254.169.254 is a cloud metadata address',
    ],
    ['its URL is none', 'not a URL', 'its URL is not valid'],
    ['its URL is of another kind', 'ftp://127.0.0.1/', 'its URL is not http or https'],
    [
      'its URL has an impossible port',
      'http://127.0.0.1:0/',
      'its URL has port 0, on which nothing can listen',
    ],
  ] as const)
    test(`${when} → ${words}`, async (t) => {
      const { oauth2 } = await startTokenEndpoint(t);
      assert.equal(await tokensOf(t).fault({ ...oauth2, token_url }), `token endpoint: ${words}`);
    });

  test('as this machine could not ask → that is no failure of the endpoint', async (t) => {
    const { oauth2 } = await startTokenEndpoint(t);
    const tokens = new AccessTokens({
      send: async () => ({ kind: 'local', code: 'EMFILE' }),
      close() {},
    });
    assert.deepEqual(await tokens.get(oauth2, PATIENT), { kind: 'local', code: 'EMFILE' });
  });

  test('once → the next one asks again', async (t) => {
    const endpoint = await startTokenEndpoint(t, () => ({ status: 500, body: '' }));
    const { value, fault } = tokensOf(t);
    assert.equal(await fault(endpoint.oauth2), 'token endpoint: it answered with status 500');
    endpoint.replyWith(endpoint.giving);
    assert.equal(await value(endpoint.oauth2), 'token-2');
  });
});

test('an answer with an ID token, under another content type, longer than responses are kept → its token', async (t) => {
  const { oauth2 } = await startTokenEndpoint(t, () => ({
    body: { access_token: 'a!~'.repeat(1000), token_type: 'bearer', id_token: 'e30.e30.' },
    headers: { 'content-type': 'text/plain' },
  }));
  assert.equal(await tokensOf(t, { bodyLimitBytes: 10 }).value(oauth2), 'a!~'.repeat(1000));
});
