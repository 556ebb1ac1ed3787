import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import { suite, test } from 'node:test';
import { responseTranscript } from '../../src/attempts/transcript.ts';
import { startRawServer, startTcpServer } from '../setup/raw-server.ts';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

suite('timeout', { concurrency: true }, () => {
  const NO_END: [when: string, onRequest: (socket: Socket) => void][] = [
    ['no answer', () => {}],
    ['headers without an end', (socket) => drip(socket, ['HTTP/1.1 200 OK\r\n', 'A: b\r\n'])],
    [
      'a body that drips',
      (socket) => drip(socket, ['HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n', 'x']),
    ],
    [
      'a body without a length that drips',
      (socket) => drip(socket, ['HTTP/1.1 200 OK\r\n\r\n', 'x']),
    ],
    [
      'interim answers that drip',
      (socket) => drip(socket, ['', 'HTTP/1.1 102 Processing\r\n\r\n'], 100),
    ],
  ];
  for (const [when, onRequest] of NO_END) {
    test(`${when} → timeout after exactly the limit, and the connection is closed`, async (t) => {
      const server = await startRawServer(t, onRequest);
      const exchange = await sender(t).send(server.url, {}, { timeoutMs: 500 });
      assertFailure(exchange, 'timeout', /^timeout after 0\.5 s$/);
      assert.ok(
        exchange.durationMs >= 495 && exchange.durationMs < 3000,
        `${exchange.durationMs} ms`,
      );
      await until('the connection closed', () => server.open.size === 0);
    });
  }

  test('a request that is not read → timeout, and the connection is closed', async (t) => {
    const server = await startTcpServer(t, (socket) => socket.pause());
    const exchange = await sender(t).send(
      server.url,
      { body: 'x'.repeat(32 * 1024 * 1024) },
      { timeoutMs: 500 },
    );
    assertFailure(exchange, 'timeout', /^timeout/);
    await until('the connection closed', () =>
      [...server.open].every((socket) => socket.resume().destroyed),
    );
  });

  test('a TLS handshake that nobody answers → timeout', async (t) => {
    const server = await startTcpServer(t, (socket) => socket.resume());
    assertFailure(
      await sender(t).send(server.url.replace('http', 'https'), {}, { timeoutMs: 500 }),
      'timeout',
      /^timeout/,
    );
    await until('the connection closed', () => server.open.size === 0);
  });

  test('a timeout longer than a timer can be → it is waited for', async (t) => {
    const receiver = await startReceiver(
      t,
      (_request, response) => void setTimeout(() => response.end('ok'), 100),
    );
    assertResponse(await sender(t).send(receiver.url, {}, { timeoutMs: 2 ** 40 }));
  });
});

suite('abort', { concurrency: true }, () => {
  test('aborted before → nothing is sent', async (t) => {
    const receiver = await startReceiver(t);
    assert.deepEqual(await sender(t).send(receiver.url, {}, { signal: AbortSignal.abort() }), {
      kind: 'aborted',
    });
    assert.equal(receiver.received.length, 0);
  });

  test('aborted while waiting for the answer → aborted at once, and the connection is closed', async (t) => {
    const abort = new AbortController();
    const server = await startRawServer(t, () => abort.abort());
    const startedAt = performance.now();
    assert.deepEqual(await sender(t).send(server.url, {}, { signal: abort.signal }), {
      kind: 'aborted',
    });
    assert.ok(performance.now() - startedAt < 2000);
    await until('the connection closed', () => server.open.size === 0);
  });

  test('aborted in the middle of the body → aborted', async (t) => {
    const abort = new AbortController();
    const server = await startRawServer(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
      setTimeout(() => abort.abort(), 50);
    });
    assert.deepEqual(await sender(t).send(server.url, {}, { signal: abort.signal }), {
      kind: 'aborted',
    });
    await until('the connection closed', () => server.open.size === 0);
  });

  test('aborted after the end → the answer stands, and nothing listens any more', async (t) => {
    const receiver = await startReceiver(t);
    const abort = new AbortController();
    assertResponse(await sender(t).send(receiver.url, {}, { signal: abort.signal }));
    assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
    abort.abort();
    assert.equal(receiver.received.length, 1);
  });
});

suite('body', () => {
  const BODIES: [limit: number, size: number, kept: number, cut: boolean][] = [
    [1000, 999, 999, false],
    [1000, 1000, 1000, false],
    [1000, 1001, 1000, true],
    [65_536, 65_536, 65_536, false],
    [65_536, 300_000, 65_536, true],
    [0, 0, 0, false],
    [0, 1, 0, true],
  ];
  for (const [limit, size, kept, cut] of BODIES) {
    for (const how of ['a length', 'chunks']) {
      test(`limit ${limit}, ${size} bytes with ${how} → ${kept} kept, ${cut ? 'cut' : 'whole'}`, async (t) => {
        const body = Buffer.alloc(size, 'abcdefghij');
        const receiver = await startReceiver(t, (_request, response) => {
          if (how === 'a length') response.setHeader('Content-Length', size);
          for (let at = 0; at < size; at += 700) response.write(body.subarray(at, at + 700));
          response.end();
        });
        const exchange = await sender(t, { bodyLimitBytes: limit }).send(receiver.url);
        assertResponse(exchange);
        assert.equal(exchange.status, 200);
        assert.deepEqual(exchange.body, body.subarray(0, kept));
        assert.equal(exchange.bodyCut, cut);
      });
    }
  }

  test('a body without an end → cut at the limit at once, and the connection is closed', async (t) => {
    let written = 0;
    const server = await startRawServer(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n');
      const pour = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'x'))) written += 65_536;
      };
      socket.on('drain', pour);
      pour();
    });
    const exchange = await sender(t).send(server.url);
    assertResponse(exchange);
    assert.deepEqual([exchange.body.length, exchange.bodyCut], [65_536, true]);
    assert.ok(exchange.durationMs < 3000, `${exchange.durationMs} ms`);
    await until('the connection closed', () => server.open.size === 0);
    assert.ok(written < 64 * 1024 * 1024, `${written} bytes were taken`);
  });

  test('the body reaches the limit and then stalls → it is awaited: the end may come right there', async (t) => {
    const server = await startRawServer(t, (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`);
      setTimeout(() => socket.write('0\r\n\r\n'), 100);
    });
    const exchange = await sender(t, { bodyLimitBytes: 3 }).send(server.url);
    assertResponse(exchange);
    assert.deepEqual([exchange.body.toString(), exchange.bodyCut], ['abc', false]);
  });
});

suite('head', () => {
  test('101 → a failure at once, and the connection is closed', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello',
      ),
    );
    const exchange = await sender(t).send(server.url);
    assertFailure(exchange, 'protocol', /switched protocols \(101\)/);
    assert.ok(exchange.durationMs < 3000);
    await until('the connection closed', () => server.open.size === 0);
  });

  test('a 101 without an Upgrade header → an end at once', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    );
    const { send, close } = sender(t);
    const exchange = await send(server.url);
    assert.ok('durationMs' in exchange && exchange.durationMs < 3000);
    close();
    await until('the connection closed', () => server.open.size === 0);
  });

  test('a flood of interim answers → a failure at once, and the connection is closed', async (t) => {
    const server = await startRawServer(t, (socket) =>
      drip(socket, ['', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)]),
    );
    const exchange = await sender(t).send(server.url);
    assertFailure(exchange, 'protocol', /^too many interim responses \(1xx\)$/);
    assert.ok(exchange.durationMs < 3000);
    await until('the connection closed', () => server.open.size === 0);
  });

  test('a flood of 100 Continue → the same', async (t) => {
    const server = await startRawServer(t, (socket) =>
      drip(socket, ['', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)]),
    );
    assertFailure(
      await sender(t).send(server.url),
      'protocol',
      /^too many interim responses \(1xx\)$/,
    );
    await until('the connection closed', () => server.open.size === 0);
  });

  const FLOODS: [when: string, headers: string][] = [
    ['one header of 1 MB', `A: ${'x'.repeat(1024 * 1024)}\r\n`],
    ['100,000 headers', 'A: b\r\n'.repeat(100_000)],
    ['headers of 96 KB', 'A: 0123456789\r\n'.repeat(6400)],
  ];
  for (const [when, headers] of FLOODS) {
    test(`${when} → a failure at once, and the connection is closed`, async (t) => {
      const server = await startRawServer(t, (socket) =>
        socket.write(`HTTP/1.1 200 OK\r\n${headers}Content-Length: 0\r\n\r\n`),
      );
      const exchange = await sender(t).send(server.url);
      assertFailure(exchange, 'protocol', /^response headers too large$/);
      assert.ok(exchange.durationMs < 3000);
      await until('the connection closed', () => server.open.size === 0);
    });
  }

  test('headers of 96 KB with bare LFs → no repair, a failure at once, and the connection is closed', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.write(`HTTP/1.1 200 OK\n${'A: 0123456789\n'.repeat(7000)}\n`),
    );
    const exchange = await sender(t).send(server.url);
    assertFailure(
      exchange,
      'protocol',
      /^(response headers too large|the answer is not valid HTTP)$/,
    );
    assert.ok(exchange.durationMs < 3000);
    await until('the connection closed', () => server.open.size === 0);
  });

  for (const kilobytes of [20, 60]) {
    test(`a head of ${kilobytes} KB in one header → all of it`, async (t) => {
      const value = 'x'.repeat(kilobytes * 1024);
      const server = await startRawServer(t, (socket) =>
        socket.write(`HTTP/1.1 200 OK\r\nA: ${value}\r\nContent-Length: 0\r\n\r\n`),
      );
      const exchange = await sender(t).send(server.url);
      assertResponse(exchange);
      assert.deepEqual(exchange.rawHeaders, ['A', value, 'Content-Length', '0']);
    });
  }

  test('3,000 headers → 1,000 are kept, and the record says that there were more', async (t) => {
    const head = Array.from({ length: 3000 }, (_one, i) => `X-${i}: 1\r\n`).join('');
    const server = await startRawServer(t, (socket) =>
      socket.write(`HTTP/1.1 200 OK\r\n${head}Content-Length: 2\r\n\r\nok`),
    );
    const exchange = await sender(t).send(server.url);
    assertResponse(exchange);
    const [, ...lines] = responseTranscript(exchange, exchange.body, false).split('\r\n');
    assert.deepEqual([lines.length, ...lines.slice(-4)], [1003, 'X-999: 1', '…[cut]', '', 'ok']);
  });

  test('many small headers within the bounds → all of them', async (t) => {
    const names = Array.from({ length: 500 }, (_one, i) => `X-${i}`);
    const head = names.map((name) => `${name}: 1\r\n`).join('');
    const server = await startRawServer(t, (socket) =>
      socket.write(`HTTP/1.1 200 OK\r\n${head}Content-Length: 0\r\n\r\n`),
    );
    const exchange = await sender(t).send(server.url);
    assertResponse(exchange);
    assert.deepEqual(
      exchange.rawHeaders.filter((name) => name.startsWith('X-')),
      names,
    );
  });

  test('trailers without an end → cut off by a bound, not by memory', async (t) => {
    const server = await startRawServer(t, (socket) =>
      drip(socket, [
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n',
        'A: 0123456789\r\n'.repeat(1000),
      ]),
    );
    const exchange = await sender(t).send(server.url, {}, { timeoutMs: 5000 });
    assertFailure(exchange, 'protocol', /^response headers too large$/);
    await until('the connection closed', () => server.open.size === 0);
  });
});

/** Writes `start` and then `more` again and again, for as long as the connection lives. */
function drip(socket: Socket, [start, more]: [start: string, more: string], everyMs = 10): void {
  socket.write(start);
  const timer = setInterval(() => socket.writable && socket.write(more), everyMs);
  socket.on('close', () => clearInterval(timer));
}
