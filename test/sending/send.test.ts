import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { responseTranscript } from '../../src/attempts/transcript.ts';
import { startRawServer, startTcpServer } from '../setup/raw-server.ts';
import { startReceiver } from '../setup/receiver.ts';
import { assertResponse, sender } from './sending.ts';

test('a 200 → status, reason, headers, body and how long it took', async (t) => {
  const receiver = await startReceiver(t, (_request, response) =>
    response.writeHead(200, 'Fine', { 'X-Answer': '42' }).end('ok ☃'),
  );
  const exchange = await sender(t).send(`${receiver.url}/a?b=c`, { body: '{"a":"ü"}' });

  assertResponse(exchange);
  assert.deepEqual([exchange.httpVersion, exchange.status, exchange.reason], ['1.1', 200, 'Fine']);
  assert.equal(exchange.body.toString(), 'ok ☃');
  assert.equal(exchange.bodyCut, false);
  assert.equal(exchange.rawHeaders[exchange.rawHeaders.indexOf('X-Answer') + 1], '42');
  assert.ok(
    exchange.durationMs >= 0 && exchange.durationMs < 5000 && Number.isInteger(exchange.durationMs),
  );
  const [request] = receiver.received;
  assert.deepEqual(
    [request?.method, request?.path, request?.body],
    ['POST', '/a?b=c', '{"a":"ü"}'],
  );
});

test('any request → one Content-Type, the length in bytes, and no header that would let the answer be encoded', async (t) => {
  const receiver = await startReceiver(t);
  await sender(t).send(receiver.url, { body: 'ü', headers: [['Content-Type', 'text/plain']] });
  const { host, connection, ...headers } = receiver.received[0]?.headers ?? {};
  assert.equal(host, new URL(receiver.url).host);
  assert.equal(connection, 'keep-alive');
  assert.deepEqual(headers, {
    'content-type': 'text/plain',
    'content-length': '2',
    'user-agent': 'postmand',
  });
});

test('an empty payload → Content-Length: 0', async (t) => {
  const server = await startRawServer(t, (socket) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
  );
  const exchange = await sender(t).send(server.url, { body: '' });
  assertResponse(exchange);
  assert.match(server.requests[0] ?? '', /\r\ncontent-length: 0\r\n/i);
  assert.match(server.requests[0] ?? '', /\r\n\r\n$/);
});

suite('answers that are taken as they came', () => {
  const ANSWERS: [when: string, answer: string, status: number, body: string][] = [
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 204, ''],
    ['304', 'HTTP/1.1 304 Not Modified\r\n\r\n', 304, ''],
    ['400 with a body', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad', 400, 'bad'],
    [
      '401',
      'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n',
      401,
      '',
    ],
    [
      '429 with Retry-After',
      'HTTP/1.1 429 Slow Down\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n',
      429,
      '',
    ],
    ['500', 'HTTP/1.1 500 Oh No\r\nContent-Length: 2\r\n\r\nno', 500, 'no'],
    [
      '503 with Retry-After',
      'HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n',
      503,
      '',
    ],
    ['a status that nobody knows', 'HTTP/1.1 799 What\r\nContent-Length: 0\r\n\r\n', 799, ''],
    ['no reason', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', 200, ''],
    [
      'chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n',
      200,
      'abc',
    ],
    [
      '100 and then 200',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      200,
      '',
    ],
    [
      'early hints and then 200',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(3) +
        'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      200,
      '',
    ],
  ];
  for (const [when, answer, status, body] of ANSWERS) {
    test(`${when} → a response, and one request`, async (t) => {
      const server = await startRawServer(t, (socket) => socket.write(answer));
      const exchange = await sender(t).send(server.url);
      assertResponse(exchange);
      assert.deepEqual(
        [exchange.status, exchange.body.toString(), exchange.bodyCut],
        [status, body, false],
      );
      assert.equal(server.requests.length, 1);
    });
  }

  test('UTF-8 in the reason and in a header → recorded as it came', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.write('HTTP/1.1 200 Schön\r\nX-Greeting: größe ☃\r\nContent-Length: 0\r\n\r\n'),
    );
    const exchange = await sender(t).send(server.url);
    assertResponse(exchange);
    assert.equal(
      responseTranscript(exchange, exchange.body, false),
      'HTTP/1.1 200 Schön\r\nContent-Length: 0\r\nX-Greeting: größe ☃\r\n\r\n',
    );
  });

  test('HTTP/1.0 without a length, ended by closing → the whole body', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'),
    );
    const exchange = await sender(t).send(server.url);
    assertResponse(exchange);
    assert.deepEqual([exchange.httpVersion, exchange.body.toString()], ['1.0', 'all of it']);
  });
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`a ${status} → the answer, and nothing is sent to its Location`, async (t) => {
    const elsewhere = await startReceiver(t);
    const receiver = await startReceiver(t, (_request, response) =>
      response.writeHead(status, { Location: elsewhere.url }).end('moved'),
    );
    const exchange = await sender(t).send(receiver.url);
    assertResponse(exchange);
    assert.deepEqual([exchange.status, exchange.body.toString()], [status, 'moved']);
    assert.equal(receiver.received.length, 1);
    assert.equal(elsewhere.received.length, 0);
  });
}

test('a gzipped body → its bytes as they came', async (t) => {
  const zipped = gzipSync('a'.repeat(100_000));
  const receiver = await startReceiver(t, (_request, response) =>
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(zipped),
  );
  const exchange = await sender(t).send(receiver.url);
  assertResponse(exchange);
  assert.deepEqual(exchange.body, zipped);
});

test('an answer before the request was read → the answer, at once', async (t) => {
  const server = await startTcpServer(t, (socket) =>
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
    }),
  );
  const exchange = await sender(t).send(server.url, { body: 'x'.repeat(32 * 1024 * 1024) });
  assertResponse(exchange);
  assert.deepEqual([exchange.status, exchange.body.toString()], [413, 'no']);
  assert.ok(exchange.durationMs < 5000);
});
