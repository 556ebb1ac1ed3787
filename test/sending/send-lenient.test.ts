import assert from 'node:assert/strict';
import type { AddressInfo, Socket } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { startRawServer } from '../setup/raw-server.ts';
import { until } from '../setup/until.ts';
import { SELF_SIGNED } from './self-signed.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKS = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

suite('answers that RFC 9112 lets a recipient take', () => {
  const ANSWERS: [when: string, answer: string, headers: string[]][] = [
    ['a bare LF ends the head', `${OK}Content-Length: 2\r\n\nok`, ['Content-Length', '2']],
    ['bare LFs everywhere', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok', ['Content-Length', '2']],
    [
      'a bare LF behind the status line',
      'HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok',
      ['Content-Length', '2'],
    ],
    [
      'a bare LF behind one header',
      `${OK}A: b\nContent-Length: 2\r\n\r\nok`,
      ['A', 'b', 'Content-Length', '2'],
    ],
    [
      'a bare LF before a whole empty line',
      `${OK}Content-Length: 2\n\r\nok`,
      ['Content-Length', '2'],
    ],
    [
      'two spaces before the status',
      'HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nok',
      ['Content-Length', '2'],
    ],
    [
      'a space before a colon',
      `${OK}A : b\r\nContent-Length: 2\r\n\r\nok`,
      ['A', 'b', 'Content-Length', '2'],
    ],
    [
      'a space before the colon of the length',
      `${OK}Content-Length\t : 2\r\n\r\nok`,
      ['Content-Length', '2'],
    ],
    [
      'a folded line',
      `${OK}A: b \r\n  c\r\n\td\r\nContent-Length: 2\r\n\r\nok`,
      ['A', 'b c d', 'Content-Length', '2'],
    ],
    [
      'the same length twice',
      `${OK}Content-Length: 2\r\nA: b\r\ncontent-length:2\r\n\r\nok`,
      ['Content-Length', '2', 'A', 'b'],
    ],
    [
      'a length before chunks',
      `${OK}Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
      ['Transfer-Encoding', 'chunked'],
    ],
    [
      'a length behind chunks',
      `${OK}Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
      ['Transfer-Encoding', 'chunked'],
    ],
    [
      'interim answers with bare LFs',
      `HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early\r\n\n${OK}Content-Length: 2\r\n\r\nok`,
      ['Content-Length', '2'],
    ],
    [
      'a space behind the size of a chunk',
      `${CHUNKS}2 \r\nok\r\n0\r\n\r\n`,
      ['Transfer-Encoding', 'chunked'],
    ],
    [
      'spaces and tabs behind all sizes',
      `${CHUNKS}1 \t\r\no\r\n1      \r\nk\r\n0  \r\n\r\n`,
      ['Transfer-Encoding', 'chunked'],
    ],
    [
      'a space before a chunk extension',
      `${CHUNKS}2 ;a=b\r\nok\r\n0\r\n\r\n`,
      ['Transfer-Encoding', 'chunked'],
    ],
    [
      'a bare LF in the head and a space in the body',
      `HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2 \r\nok\r\n0\r\n\r\n`,
      ['Transfer-Encoding', 'chunked'],
    ],
  ];
  for (const [when, answer, headers] of ANSWERS) {
    test(`${when} → a response, one request, and the connection is not used again`, async (t) => {
      const server = await startRawServer(t, (socket) => socket.write(answer));
      const { send } = sender(t);
      for (const connections of [1, 2]) {
        const exchange = await send(server.url);
        assertResponse(exchange);
        assert.deepEqual(
          [exchange.status, exchange.reason, exchange.body.toString()],
          [200, 'OK', 'ok'],
        );
        assert.deepEqual(exchange.rawHeaders, headers);
        assert.deepEqual(
          [server.requests.length, server.connections()],
          [connections, connections],
        );
      }
      await until('the connections closed', () => server.open.size === 0, 3000);
    });

    test(`${when}, a byte at a time → the same`, async (t) => {
      const server = await startRawServer(t, (socket) => void drip(socket, answer));
      const exchange = await sender(t).send(server.url);
      assertResponse(exchange);
      assert.deepEqual(
        [exchange.status, exchange.body.toString(), exchange.rawHeaders],
        [200, 'ok', headers],
      );
      assert.equal(server.requests.length, 1);
    });
  }

  test('an answer with bare LFs that ends with its connection → the whole body', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.end('HTTP/1.0 200 OK\nA: b\n\nall\nof\n\nit'),
    );
    const exchange = await sender(t).send(server.url);
    assertResponse(exchange);
    assert.deepEqual([exchange.httpVersion, exchange.body.toString()], ['1.0', 'all\nof\n\nit']);
  });

  test('bare LFs over TLS → a response', async (t) => {
    const url = await startTlsServer(t, 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok');
    const exchange = await sender(t).send(url);
    assertResponse(exchange);
    assert.equal(exchange.body.toString(), 'ok');
  });
});

suite('answers of whose meaning nobody can be sure', () => {
  const ANSWERS: [when: string, answer: string][] = [
    ['lengths that differ', `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`],
    [
      'lengths that differ, with bare LFs',
      'HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 3\n\nok',
    ],
    [
      'a length beside an encoding that is not chunked alone',
      `${OK}Content-Length: 2\r\nTransfer-Encoding: identity\r\n\r\nok`,
    ],
    [
      'a length beside chunks in HTTP/1.0',
      'HTTP/1.0 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok',
    ],
    ['a bare CR', 'HTTP/1.1 200 OK\rContent-Length: 2\r\r\n\nok'],
    ['a bare CR in a value', `${OK}A: a\rb\nContent-Length: 2\r\n\r\nok`],
    ['a control character beside bare LFs', 'HTTP/1.1 200 OK\nA: \x01\nContent-Length: 2\n\nok'],
    ['a NUL beside bare LFs', 'HTTP/1.1 200 OK\nA: a\0b\nContent-Length: 2\n\nok'],
    ['a folded line before any header', `${OK} A: b\r\nContent-Length: 2\r\n\r\nok`],
    ['a space within a name', `${OK}A B: c\r\nContent-Length: 2\r\n\r\nok`],
    ['a header without a colon', `${OK}Abc\nContent-Length: 2\r\n\r\nok`],
    ['a chunk size that ends in a bare LF', `${CHUNKS}2\nok\r\n0\r\n\r\n`],
    ['a chunk that ends in a bare LF', `${CHUNKS}2\r\nok\n0\r\n\r\n`],
    ['a chunk without an end', `${CHUNKS}2\r\nok0\r\n\r\n`],
    ['a space before a chunk size', `${CHUNKS} 2\r\nok\r\n0\r\n\r\n`],
    ['a space within a chunk size', `${CHUNKS}1 0\r\nok\r\n0\r\n\r\n`],
  ];
  for (const [when, answer] of ANSWERS) {
    test(`${when} → a failure at once, one request`, async (t) => {
      const server = await startRawServer(t, (socket) => socket.write(answer, 'latin1'));
      const exchange = await sender(t).send(server.url);
      assertFailure(exchange, 'protocol', /^the answer is not valid HTTP$/);
      assert.ok(exchange.durationMs < 3000);
      assert.equal(server.requests.length, 1);
    });
  }

  test('no HTTP, from a server that then waits → a failure at once', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.write('220 mail.example.com ESMTP\r\n'),
    );
    const exchange = await sender(t).send(server.url);
    assertFailure(exchange, 'protocol', /^the answer is not valid HTTP$/);
    assert.ok(exchange.durationMs < 3000);
  });
});

for (const [size, what] of [
  ['1', 'strict'],
  ['1 ', 'spaces in the first 1,000'],
] as const) {
  test(`a body of 3,000 chunks, ${what} → the whole body`, async (t) => {
    const chunks = `${size}\r\nx\r\n`.repeat(1000) + '1\r\nx\r\n'.repeat(2000);
    const server = await startRawServer(t, (socket) => socket.write(`${CHUNKS}${chunks}0\r\n\r\n`));
    const exchange = await sender(t).send(server.url);
    assertResponse(exchange);
    assert.equal(exchange.body.toString(), 'x'.repeat(3000));
  });
}

test('strict answers before and after one that needed repair → only its connection is given up', async (t) => {
  const answers = [
    `${OK}Content-Length: 1\r\n\r\n1`,
    `${OK}Content-Length: 1\r\n\r\n2`,
    `${OK}Content-Length: 1\n\n3`,
    `${CHUNKS}1\r\n4\r\n0\r\n\r\n`,
  ];
  const server = await startRawServer(t, (socket, number) =>
    socket.write(answers[number - 1] ?? `${OK}Content-Length: 1\r\n\r\n5`),
  );
  const { send } = sender(t);
  const bodies: string[] = [];
  for (let i = 0; i < 5; i += 1) {
    const exchange = await send(server.url);
    assertResponse(exchange);
    bodies.push(exchange.body.toString());
  }
  assert.deepEqual(bodies, ['1', '2', '3', '4', '5']);
  assert.equal(server.connections(), 2);
});

/** Writes a byte at a time, each as a packet of its own as far as that can be had. */
async function drip(socket: Socket, answer: string): Promise<void> {
  socket.setNoDelay();
  for (let i = 0; i < answer.length; i += 1)
    await new Promise((written) => socket.write(answer.charAt(i), () => setImmediate(written)));
}

async function startTlsServer(t: TestContext, answer: string): Promise<string> {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, SELF_SIGNED.cert]);
  t.after(() => setDefaultCACertificates(before));
  const server = createServer(SELF_SIGNED, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `https://localhost:${(server.address() as AddressInfo).port}/`;
}
