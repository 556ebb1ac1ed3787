import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { requestTranscript, responseTranscript } from '../../src/attempts/transcript.ts';
import { startReceiver } from '../setup/receiver.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

// A database taken over from the Go program holds what our API refuses.
suite('URLs taken over from an old database', () => {
  const URLS = [
    'ftp://example.com/x',
    'mailto:somebody@example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'unix:/var/run/docker.sock:/containers',
    'http://unix:/var/run/docker.sock:/containers',
    'example.com/hook',
    '/hook',
    '',
    ' ',
    'http://',
    'http:///x',
    'http://exa mple.com/',
    'http://example.com:99999/',
    'http://[::1/',
    'http://%zz/',
    'http://user:100%@127.0.0.1:1/',
  ];
  for (const url of URLS) {
    test(`${JSON.stringify(url)} → a failure, no throw`, async (t) => {
      const exchange = await sender(t).send(url, {}, { timeoutMs: 3000 });
      assert.equal(exchange.kind, 'failure');
      assert.match(exchange.kind === 'failure' ? exchange.message : '', /^[a-z].{5,}/i);
    });
  }

  for (const url of [
    'ftp://example.com/x',
    'mailto:somebody@example.com',
    'example.com/hook',
    '',
    'http://exa mple.com/',
    'http://a:99999/',
  ]) {
    test(`${JSON.stringify(url)} → the reason says that the URL is at fault`, async (t) => {
      assertFailure(
        await sender(t).send(url),
        'invalid',
        /^the URL of the webhook is not (valid|http or https)$/,
      );
    });
  }
});

suite('header values taken over from an old database', () => {
  for (const value of ['text/plain\r\nX-Injected: 1', 'text/plain\n', 'a\0b', 'text/plain; ☃']) {
    test(`${JSON.stringify(value)} → a failure that says so, and nothing is sent`, async (t) => {
      const receiver = await startReceiver(t);
      const exchange = await sender(t).send(receiver.url, { headers: [['Content-Type', value]] });
      assertFailure(
        exchange,
        'invalid',
        /^a header would hold a character that HTTP does not allow$/,
      );
      assert.equal(receiver.received.length, 0);
    });
  }

  test('an empty content type → sent as it is', async (t) => {
    const receiver = await startReceiver(t);
    assertResponse(await sender(t).send(receiver.url, { headers: [['Content-Type', '']] }));
    assert.equal(receiver.received[0]?.headers['content-type'], '');
  });
});

suite('a URL with credentials', () => {
  test('→ Authorization is sent, and the transcript has neither', async (t) => {
    const receiver = await startReceiver(t);
    const url = receiver.url.replace('://', '://us%40er:hunter2@');
    const exchange = await sender(t).send(`${url}/hook`);
    assertResponse(exchange);
    assert.equal(
      receiver.received[0]?.headers.authorization,
      `Basic ${Buffer.from('us@er:hunter2').toString('base64')}`,
    );
    const stored =
      requestTranscript({ url: `${url}/hook`, headers: [], body: '' }) +
      responseTranscript(exchange, exchange.body, false);
    assert.doesNotMatch(stored, /hunter2|us%40er|Authorization/);
  });

  const FAILING = [
    'http://user:hunter2@127.0.0.1:1/',
    'http://user:hunter2@nowhere.invalid/',
    'ftp://user:hunter2@example.com/',
    'http://user:hunter2@example.com:99999/',
    'http://user:hunter2@exa mple.com/',
    'http://user:hunter2%@127.0.0.1:1/',
    'http://user:hunter2%00@127.0.0.1:1/',
  ];
  for (const url of FAILING) {
    test(`${url} fails → the error does not repeat them`, async (t) => {
      assert.doesNotMatch(JSON.stringify(await sender(t).send(url)), /hunter2|user/);
    });
  }
});
