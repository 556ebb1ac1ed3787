import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { ProcessPool } from '../../src/sending/isolated/pool.ts';
import { buildRequest, type WebhookRequest } from '../../src/sending/request.ts';
import { HttpSender, type Sender } from '../../src/sending/send.ts';
import { sign } from '../../src/sending/signature.ts';
import { startRawServer, type RawServer } from '../setup/raw-server.ts';
import { SENDER_OPTIONS } from './sending.ts';
import { EVENT_SOURCE } from '../setup/settings.ts';

/** What receivers of default webhooks get, byte for byte. */

/** As version 2.1 sent it, recorded by a TCP receiver. */
const RECORDED = (request: Sent) =>
  `POST ${request.target} HTTP/1.1\r\n` +
  'user-agent: postmand\r\n' +
  `content-type: ${request.type}\r\n` +
  (request.signature === '' ? '' : `x-hub-signature: ${request.signature}\r\n`) +
  `content-length: ${request.body.length}\r\n` +
  `Host: ${request.host}\r\n` +
  `Connection: ${request.connection}\r\n\r\n${request.body}`;

/** The one change: the name of that header as the Go program wrote it, and as we show it. */
const expected = (request: Sent) =>
  RECORDED(request).replace('\r\nx-hub-signature:', '\r\nX-Hub-Signature:');

type Sent = {
  target: string;
  type: string;
  signature: string;
  body: string;
  host: string;
  connection: string;
};

const TOKENS = ['', 'my-secret-token', 'ключ', 'x'.repeat(500)];
const TYPES = ['application/json', 'text/plain; charset="utf-8"', 'application/octet-stream'];
const PAYLOADS = ['{"success": true}', '', 'é\u{1F980}\n', 'x'.repeat(10_000)];
const PATHS = ['/', '/hook?x=1&y=%20', '/%C3%A4/b:c'];

/** Of the kinds of webhooks and payloads above, number `i`. */
function requestAt(i: number, origin: string): { request: WebhookRequest; sent: Sent } {
  const [token, type, payload, path] = [TOKENS, TYPES, PAYLOADS, PATHS].map(
    (all, nth) => all[(i + Math.floor(i / 12) * nth) % all.length] ?? '',
  ) as [string, string, string, string];
  const webhook = {
    url: origin + path,
    content_type: type,
    secret_token: token,
    request: null,
  };
  const delivery = { id: 'a', payload, ordering_key: null, sequence: null, event: null };
  return {
    request: buildRequest(webhook, delivery, {
      atSeconds: 1,
      sinceReadMs: 0,
      eventSource: EVENT_SOURCE,
    }),
    sent: {
      target: path,
      type,
      signature: token === '' ? '' : sign(payload, token),
      body: Buffer.from(payload).toString('latin1'),
      host: new URL(origin).host,
      connection: 'keep-alive',
    },
  };
}

function answering(t: TestContext, { close = false } = {}): Promise<RawServer> {
  const end = close ? 'Connection: close\r\n' : '';
  return startRawServer(t, (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${end}Content-Length: 2\r\n\r\nok`),
  );
}

async function sendAll(sender: Sender, requests: WebhookRequest[]): Promise<void> {
  for (const request of requests) {
    const { signal } = new AbortController();
    const exchange = await sender.send(request, { timeoutMs: 10_000, signal });
    assert.equal(exchange.kind, 'response', JSON.stringify(exchange));
  }
}

suite('requests of default webhooks, as a receiver of bytes sees them', () => {
  test('1,000 over few connections → what version 2.1 sent, but for the case of one name', async (t) => {
    const server = await answering(t);
    const all = Array.from({ length: 1000 }, (_one, i) => requestAt(i, server.url));
    await sendAll(
      pooled(t),
      all.map(({ request }) => request),
    );
    assert.deepEqual(
      server.requests,
      all.map(({ sent }) => expected(sent)),
    );
    assert.ok(server.connections() < 10, `${server.connections()} connections`);
  });

  test('each over a connection of its own → the same', async (t) => {
    const server = await answering(t, { close: true });
    const all = Array.from({ length: 48 }, (_one, i) => requestAt(i, server.url));
    await sendAll(
      pooled(t),
      all.map(({ request }) => request),
    );
    assert.deepEqual(
      server.requests,
      all.map(({ sent }) => expected(sent)),
    );
    assert.equal(server.connections(), all.length);
  });

  test('again on a new connection, as the old one was closed → the same', async (t) => {
    const server = await startRawServer(t, (socket, number) =>
      number === 2
        ? socket.destroy()
        : socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    );
    const all = Array.from({ length: 2 }, (_one, i) => requestAt(i + 1, server.url));
    await sendAll(
      pooled(t),
      all.map(({ request }) => request),
    );
    const [first, second] = all.map(({ sent }) => expected(sent));
    assert.equal(server.requests.length, 3);
    assert.deepEqual(server.requests.slice(0, 2), [first, second]);
    // Nothing is to come after it on a connection that was made for it.
    assert.equal(
      server.requests[2],
      second?.replace('Connection: keep-alive', 'Connection: close'),
    );
  });

  test('from a process of its own → the same', async (t) => {
    const server = await answering(t);
    const isolated = new ProcessPool(SENDER_OPTIONS);
    t.after(() => isolated.close());
    const all = Array.from({ length: 12 }, (_one, i) => requestAt(i, server.url));
    await sendAll(
      isolated,
      all.map(({ request }) => request),
    );
    assert.deepEqual(
      server.requests,
      all.map(({ sent }) => expected(sent)),
    );
  });

  test('through a proxy → the same, with the whole URL in front', async (t) => {
    const proxy = await answering(t);
    const sender = new HttpSender({ ...SENDER_OPTIONS, proxy: { url: proxy.url, except: '' } });
    t.after(() => sender.close());
    const origin = 'http://hooks.test';
    const all = Array.from({ length: 12 }, (_one, i) => requestAt(i, origin));
    await sendAll(
      sender,
      all.map(({ request }) => request),
    );
    const throughProxy = (sent: Sent) =>
      expected({ ...sent, target: origin + sent.target }).replace(
        `Host: ${sent.host}\r\n`,
        (host) => `${host}proxy-connection: keep-alive\r\n`,
      );
    assert.deepEqual(
      proxy.requests,
      all.map(({ sent }) => throughProxy(sent)),
    );
  });
});

test('names in capitals that are not ours → as they are written; Content-Type in small letters', async (t) => {
  const server = await answering(t);
  const headers: WebhookRequest['headers'] = [
    ['Content-Type', 'text/plain'],
    ['User-Agent', 'mine'],
    ['webhook-sequence', '7'],
    ['X-Hub-Signature-256', 'sha256=0'],
    ['x-LOWER-upper', '1'],
  ];
  await sendAll(pooled(t), [{ url: server.url, headers, body: 'a' }]);
  const names = server.requests[0]
    ?.split('\r\n')
    .slice(1, -2)
    .map((line) => line.split(':')[0]);
  assert.deepEqual(names, [
    'User-Agent',
    'content-type',
    'webhook-sequence',
    'X-Hub-Signature-256',
    'x-LOWER-upper',
    'content-length',
    'Host',
    'Connection',
  ]);
});

function pooled(t: TestContext): Sender {
  const sender = new HttpSender(SENDER_OPTIONS);
  t.after(() => sender.close());
  return sender;
}
