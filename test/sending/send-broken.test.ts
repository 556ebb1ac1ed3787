import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import type { FailureReason } from '../../src/sending/failure.ts';
import { startRawServer, startTcpServer } from '../setup/raw-server.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

suite('answers that break off or are none', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\n';
  const ANSWERS: [when: string, answer: string, reason: FailureReason, message: RegExp][] = [
    [
      'closed without an answer',
      '',
      'reset',
      /^connection (reset|closed) before a complete response$/,
    ],
    [
      'closed in the middle of the headers',
      `${HEAD}Content-Le`,
      'reset',
      /^connection (reset|closed)/,
    ],
    [
      'fewer bytes than Content-Length',
      `${HEAD}Content-Length: 10\r\n\r\nabc`,
      'reset',
      /^connection (reset|closed)/,
    ],
    [
      'chunks without an end',
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`,
      'reset',
      /^connection (reset|closed)/,
    ],
    [
      'a chunk cut short',
      `${HEAD}Transfer-Encoding: chunked\r\n\r\nff\r\nabc`,
      'reset',
      /^connection (reset|closed)/,
    ],
    [
      'an interim answer only',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'reset',
      /^connection (reset|closed)/,
    ],
    ['not HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n', 'protocol', /^the answer is not valid HTTP$/],
    [
      'a status that is no number',
      'HTTP/1.1 abc OK\r\n\r\n',
      'protocol',
      /^the answer is not valid HTTP$/,
    ],
    [
      'a length that is no number',
      `${HEAD}Content-Length: abc\r\n\r\n`,
      'protocol',
      /^the answer is not valid HTTP$/,
    ],
    [
      'a chunk size that is no number',
      `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      'protocol',
      /^the answer is not valid HTTP$/,
    ],
    [
      'a control character in a header',
      `${HEAD}A: \x01\r\n\r\n`,
      'protocol',
      /^the answer is not valid HTTP$/,
    ],
  ];
  for (const [when, answer, reason, message] of ANSWERS) {
    test(`${when} → ${reason}, one request`, async (t) => {
      const server = await startRawServer(t, (socket) => socket.end(answer, 'latin1'));
      assertFailure(await sender(t).send(server.url), reason, message);
      assert.equal(server.requests.length, 1);
    });
  }

  test('a reset before the answer → reset', async (t) => {
    const server = await startRawServer(t, (socket) => socket.resetAndDestroy());
    assertFailure(
      await sender(t).send(server.url),
      'reset',
      /^connection reset before a complete response$/,
    );
    assert.equal(server.requests.length, 1);
  });

  test('a reset at the connection, before anything was read → reset', async (t) => {
    const server = await startTcpServer(t, (socket) => socket.resetAndDestroy());
    assertFailure(await sender(t).send(server.url), 'reset', /^connection (reset|closed)/);
  });

  test('a reset in the middle of the body → reset', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', () =>
        setImmediate(() => socket.resetAndDestroy()),
      ),
    );
    assertFailure(await sender(t).send(server.url), 'reset', /^connection (reset|closed)/);
    assert.equal(server.requests.length, 1);
  });
});

suite('more than the answer', () => {
  const ANSWERS: [when: string, answer: string, status: number, body: string][] = [
    [
      'bytes after Content-Length',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more',
      200,
      'ok',
    ],
    ['a body on a 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody', 204, ''],
    [
      'a second answer',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n',
      200,
      'ok',
    ],
  ];
  for (const [when, answer, status, body] of ANSWERS) {
    test(`${when} → the complete answer wins, and the connection is not used again`, async (t) => {
      const server = await startRawServer(t, (socket) => socket.write(answer));
      const { send } = sender(t);
      for (const connections of [1, 2]) {
        const exchange = await send(server.url);
        assertResponse(exchange);
        assert.deepEqual([exchange.status, exchange.body.toString()], [status, body]);
        assert.equal(server.connections(), connections);
      }
    });
  }
});

suite('no connection', () => {
  test('a port where nobody listens → refused', async (t) => {
    assertFailure(
      await sender(t).send(`http://127.0.0.1:${await closedPort()}/`),
      'refused',
      /^connection refused$/,
    );
  });

  test('a name with several addresses where nobody listens → refused', async (t) => {
    assertFailure(
      await sender(t).send(`http://localhost:${await closedPort()}/`),
      'refused',
      /^connection refused$/,
    );
  });

  test('a name that does not exist → dns, with the name', async (t) => {
    assertFailure(
      await sender(t).send('http://nowhere.invalid/hook?key=hunter2'),
      'dns',
      /^name (not found|lookup failed for now): nowhere\.invalid$/,
    );
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
