import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { suite, test, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { ClientIdentity } from '../../src/sending/connecting/client-agents.ts';
import type { Resolve } from '../../src/sending/connecting/lookup.ts';
import { HttpSender } from '../../src/sending/send.ts';
import { ProcessPool } from '../../src/sending/isolated/pool.ts';
import {
  AUTHORITY,
  CLIENT,
  EXPIRED,
  OTHER_CLIENT,
  RECEIVER,
  STRANGER,
} from '../setup/certificates.ts';
import { listening } from '../setup/listening.ts';
import { startProxy } from '../setup/proxy.ts';
import { startTcpServer } from '../setup/raw-server.ts';
import { until } from '../setup/until.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

type Pair = { cert: string; key: string };

function identityOf({ cert, key }: Pair, webhookId = 'w', ca = AUTHORITY): ClientIdentity {
  return { webhookId, certificate: cert, privateKey: key, ca };
}

type Seen = { port: number | undefined; subject: string | undefined };

/** Lets in who has a certificate of the authority. The path `/hold` is answered when told. */
async function startStrictReceiver(t: TestContext) {
  const seen: Seen[] = [];
  const open = new Set<number | undefined>();
  const held: (() => void)[] = [];
  const server = createServer(
    { ...RECEIVER, ca: AUTHORITY, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      seen.push({
        port: socket.remotePort,
        subject: String(socket.getPeerCertificate().subject.CN),
      });
      request.resume();
      if (request.url === '/hold') held.push(() => response.end());
      else response.end();
    },
  );
  server.on('secureConnection', (socket) => {
    const { remotePort: port } = socket;
    open.add(port);
    socket.on('close', () => open.delete(port));
  });
  const port = await listening(t, server);
  const ports = () => seen.map((one) => one.port);
  const release = () => held.splice(0).forEach((end) => end());
  return { url: `https://127.0.0.1:${port}/`, port, seen, open, ports, release };
}

suite('a webhook with a certificate', () => {
  test('is known by it, also through a proxy and in a process of its own', async (t) => {
    const receiver = await startStrictReceiver(t);
    const proxy = await startProxy(t, receiver.port);
    const client = identityOf(CLIENT);
    const ways = [
      sender(t),
      sender(t, { proxy: { url: proxy.url, except: '' } }),
      sender(t, {}, (options) => new ProcessPool(options)),
    ];
    for (const { send } of ways) assertResponse(await send(receiver.url, { client }));
    assert.deepEqual(
      receiver.seen.map(({ subject }) => subject),
      ['postmand', 'postmand', 'postmand'],
    );
    assert.equal(proxy.asked.length, 1);
  });

  test('several sends → one connection; without it → none of them', async (t) => {
    const receiver = await startStrictReceiver(t);
    const { send } = sender(t);
    const client = identityOf(CLIENT);
    for (let nth = 0; nth < 3; nth += 1) assertResponse(await send(receiver.url, { client }));
    assert.equal(new Set(receiver.ports()).size, 1);
    assertFailure(
      await send(receiver.url),
      'tls',
      /^certificate chain has a self-signed certificate$/,
    );
    assert.equal(receiver.seen.length, 3);
  });

  test('another webhook with the same one → a connection of its own', async (t) => {
    const receiver = await startStrictReceiver(t);
    const { send } = sender(t);
    for (const webhookId of ['a', 'b', 'a', 'b'])
      assertResponse(await send(receiver.url, { client: identityOf(CLIENT, webhookId) }));
    const [a, b, again, andAgain] = receiver.ports();
    assert.notEqual(a, b);
    assert.deepEqual([again, andAgain], [a, b]);
  });

  test('another certificate → a new connection, and those of the old one are closed', async (t) => {
    const receiver = await startStrictReceiver(t);
    const { send } = sender(t);
    assertResponse(await send(receiver.url, { client: identityOf(CLIENT) }));
    assertResponse(await send(receiver.url, { client: identityOf(OTHER_CLIENT) }));
    assert.deepEqual(
      receiver.seen.map(({ subject }) => subject),
      ['postmand', 'somebody else'],
    );
    await until('one is closed', () => receiver.open.size === 1);
    assert.deepEqual([...receiver.open], [receiver.ports()[1]]);
  });

  test('another certificate while a request is under way → that one is answered all the same', async (t) => {
    const receiver = await startStrictReceiver(t);
    const { send } = sender(t);
    const held = send(`${receiver.url}hold`, { client: identityOf(CLIENT) });
    await until('it is there', () => receiver.seen.length === 1);
    assertResponse(await send(receiver.url, { client: identityOf(OTHER_CLIENT) }));
    receiver.release();
    assertResponse(await held);
    await until('its connection is closed', () => receiver.open.size === 1);
  });

  test('the sender is closed → so are its connections', async (t) => {
    const receiver = await startStrictReceiver(t);
    const { send, close } = sender(t);
    assertResponse(await send(receiver.url, { client: identityOf(CLIENT) }));
    close();
    await until('none is open', () => receiver.open.size === 0);
  });

  test('a receiver that its authorities have not signed → tls, and nothing is sent', async (t) => {
    const receiver = await startStrictReceiver(t);
    const client = identityOf(CLIENT, 'w', STRANGER.cert);
    assertFailure(
      await sender(t).send(receiver.url, { client }),
      'tls',
      /^certificate chain has a self-signed certificate$/,
    );
    assert.equal(receiver.seen.length, 0);
  });

  test('a receiver with another name → tls', async (t) => {
    const receiver = await startStrictReceiver(t);
    const resolve: Resolve = (_name, done) =>
      void setImmediate(done, null, [{ address: '127.0.0.1', family: 4 }]);
    const { send } = sender(t, {}, (options) => new HttpSender(options, resolve));
    assertFailure(
      await send(`https://hook.test:${receiver.port}/`, { client: identityOf(CLIENT) }),
      'tls',
      /^certificate is not for hook\.test$/,
    );
    assert.equal(receiver.seen.length, 0);
  });

  test('an address that may not be reached → not allowed', async (t) => {
    const outbound = { policy: 'public', allow: [], deny: [] } as const;
    const { send } = sender(t, { outbound });
    for (const host of ['127.0.0.1', 'localhost'])
      assertFailure(
        await send(`https://${host}:9/`, { client: identityOf(CLIENT) }),
        'not_allowed',
        /is a loopback address$/,
      );
  });

  for (const [when, pair] of [
    ['a key that does not fit', { cert: CLIENT.cert, key: OTHER_CLIENT.key }],
    ['a key with a password', { cert: CLIENT.cert, key: CLIENT.locked }],
    ['no certificate at all', { cert: 'rubbish', key: CLIENT.key }],
  ] as const)
    test(`${when} → a failure that says so`, async (t) => {
      assertFailure(
        await sender(t).send('https://127.0.0.1:9/', { client: identityOf(pair) }),
        'invalid',
        /^the client certificate of the webhook cannot be used$/,
      );
    });

  test('one that has ended → it is shown, and the receiver decides', async (t) => {
    const receiver = await startStrictReceiver(t);
    const exchange = await sender(t).send(receiver.url, { client: identityOf(EXPIRED) });
    // A server of Node.js says nothing: it closes the connection.
    assertFailure(exchange, 'reset', /^connection /);
    assert.equal(receiver.seen.length, 0);
  });
});

suite('a receiver refuses the handshake', () => {
  const REFUSED = 'the endpoint refused the client certificate, or asks for one';
  for (const [alert, words] of [
    [42, REFUSED],
    [43, REFUSED],
    [44, 'the endpoint says that the client certificate is revoked'],
    [45, 'the endpoint says that the client certificate has expired'],
    [46, REFUSED],
    [48, 'the endpoint does not know the authority of the client certificate'],
    [49, 'the endpoint lets nobody in with this client certificate'],
    [116, 'the endpoint asks for a client certificate'],
    [40, 'TLS handshake failed'],
  ] as const)
    test(`alert ${alert} → ${words}`, async (t) => {
      // A record of TLS 1.2 that holds a fatal alert (RFC 5246, section 7.2).
      const record = Buffer.from([21, 3, 3, 0, 2, 2, alert]);
      const { url } = await startTcpServer(t, (socket) =>
        socket.once('data', () => socket.end(record)),
      );
      const exchange = await sender(t).send(url.replace('http', 'https'), {
        client: identityOf(CLIENT),
      });
      assertFailure(exchange, 'tls', new RegExp(`^${words}$`));
    });
});
