import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { OutboundRules } from '../../src/sending/connecting/outbound.ts';
import { startTcpServer } from '../setup/raw-server.ts';
import { startReceiver } from '../setup/receiver.ts';
import { SELF_SIGNED } from './self-signed.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

const PUBLIC: OutboundRules = { policy: 'public', allow: [], deny: [] };

/** Ways to write 127.0.0.1 in a URL, and names for it. */
const FORMS = [
  '127.0.0.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.1',
  '127.0.0.1.',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::1]',
];

suite('policy public', () => {
  for (const scheme of ['http', 'https']) {
    for (const host of [...FORMS, 'localhost', 'LOCALHOST']) {
      test(`${scheme}://${host} → not allowed, and nobody connects`, async (t) => {
        const server = await startTcpServer(t, (socket) => socket.destroy());
        const port = new URL(server.url).port;
        const exchange = await sender(t, { outbound: PUBLIC }).send(`${scheme}://${host}:${port}/`);
        assertFailure(exchange, 'not_allowed', /^target not allowed: \S+ is a loopback address$/);
        assert.equal(server.connections(), 0);
      });
    }
  }

  test('a URL that is not allowed, again and again → not allowed each time', async (t) => {
    const server = await startTcpServer(t, (socket) => socket.destroy());
    const { send } = sender(t, { outbound: PUBLIC });
    for (let i = 0; i < 3; i += 1)
      assertFailure(await send(server.url), 'not_allowed', /is a loopback address$/);
    assert.equal(server.connections(), 0);
  });

  test('an allowed network → delivered, by literal and by name', async (t) => {
    const receiver = await startReceiver(t);
    const { send } = sender(t, { outbound: { ...PUBLIC, allow: ['127.0.0.0/8'] } });
    assertResponse(await send(receiver.url));
    assertResponse(await send(receiver.url.replace('127.0.0.1', 'localhost')));
  });
});

suite('policy internal', () => {
  for (const url of [
    'http://169.254.169.254/latest/meta-data/',
    'https://[fd00:ec2::254]/',
    'http://[64:ff9b::a9fe:a9fe]/',
  ]) {
    test(`${url} → not allowed`, async (t) => {
      assertFailure(
        await sender(t).send(url),
        'not_allowed',
        /^target not allowed: \S+ is a cloud metadata address$/,
      );
    });
  }

  test('0.0.0.0, which connects to this machine → not allowed', async (t) => {
    assertFailure(
      await sender(t).send('http://0.0.0.0:1/'),
      'not_allowed',
      /0\.0\.0\.0 is an unspecified address$/,
    );
  });

  test('a denied network → not allowed over http and https, literal and name', async (t) => {
    const { send } = sender(t, {
      outbound: { policy: 'internal', allow: [], deny: ['127.0.0.0/8', '::1'] },
    });
    for (const url of [
      'http://127.0.0.1:1',
      'https://127.0.0.1:1',
      'http://localhost:1',
      'https://localhost:1',
    ]) {
      assertFailure(
        await send(url),
        'not_allowed',
        /^target not allowed: \S+ is a denied address$/,
      );
    }
  });

  test('the resend of a stale connection → under the same rules', async (t) => {
    // The first connection serves one request and breaks at the second; the new connection serves
    // it.
    const server = await startTcpServer(t, (socket, number) => {
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        if (number === 1 && requests === 2) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    });
    const { send } = sender(t);
    const url = server.url.replace('127.0.0.1', 'localhost');
    assertResponse(await send(url));
    assertResponse(await send(url));
    assert.equal(server.connections(), 2);
  });

  test('https by name → connected, with the name in the handshake', async (t) => {
    const names: (string | false | null)[] = [];
    const server = createServer(
      { ...SELF_SIGNED, SNICallback: (name, done) => (names.push(name), done(null)) },
      (socket) => socket.end(),
    );
    const port = await listening(t, server);
    assertFailure(
      await sender(t).send(`https://localhost:${port}/`),
      'tls',
      /^certificate is self-signed$/,
    );
    assert.deepEqual(names, ['localhost']);
  });
});

async function listening(t: TestContext, server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}
