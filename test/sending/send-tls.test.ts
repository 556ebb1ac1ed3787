import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
  type TlsOptions,
} from 'node:tls';
import type { Resolve } from '../../src/sending/connecting/lookup.ts';
import { HttpSender } from '../../src/sending/send.ts';
import { startProxy } from '../setup/proxy.ts';
import { startReceiver } from '../setup/receiver.ts';
import { COMMON_NAME_ONLY, SELF_SIGNED } from './self-signed.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

test('a certificate that only its own key has signed → tls, and nothing is sent', async (t) => {
  const server = await startTlsReceiver(t);
  assertFailure(
    await sender(t).send(`https://127.0.0.1:${server.port}/`),
    'tls',
    /^certificate is self-signed$/,
  );
  assert.equal(server.bodies.length, 0);
});

test('https to a port that speaks http → tls', async (t) => {
  const receiver = await startReceiver(t);
  assertFailure(
    await sender(t).send(receiver.url.replace('http', 'https')),
    'tls',
    /^TLS handshake failed$/,
  );
});

test('http to a port that speaks https → a failure', async (t) => {
  const server = await startTlsReceiver(t);
  const exchange = await sender(t).send(`http://127.0.0.1:${server.port}/`);
  assert.equal(exchange.kind, 'failure');
});

test('a trusted certificate → delivered, and one connection serves several sends', async (t) => {
  trust(t, SELF_SIGNED.cert);
  const server = await startTlsReceiver(t);
  const { send } = sender(t);
  for (const body of ['first', 'second', 'third'])
    assertResponse(await send(`https://localhost:${server.port}/`, { body }));
  assert.deepEqual(server.bodies, ['first', 'second', 'third']);
  assert.equal(server.connections(), 1);
});

test('a trusted certificate for another name → tls, with the name', async (t) => {
  trust(t, SELF_SIGNED.cert);
  const server = await startTlsReceiver(t);
  assertFailure(
    await sender(t).send(`https://127.0.0.2:${server.port}/`),
    'tls',
    /^certificate is not for 127\.0\.0\.2$/,
  );
});

for (const [what, certificate] of Object.entries(COMMON_NAME_ONLY)) {
  test(`a trusted certificate with a common name and ${what} → tls, with what is missing, and nothing is sent`, async (t) => {
    trust(t, certificate.cert);
    const server = await startTlsReceiver(t, { certificate });
    const exchange = await sender(t).send(`https://localhost:${server.port}/`);
    assertFailure(
      exchange,
      'tls',
      /^certificate names localhost only as common name, not as subject alternative name$/,
    );
    assert.equal(server.bodies.length, 0);
  });

  test(`a trusted certificate for another name, with a common name and ${what} → tls, with the name`, async (t) => {
    trust(t, certificate.cert);
    const server = await startTlsReceiver(t, { certificate });
    assertFailure(
      await sender(t).send(`https://127.0.0.1:${server.port}/`),
      'tls',
      /^certificate is not for 127\.0\.0\.1$/,
    );
  });
}

test('a certificate for an address → delivered to the address', async (t) => {
  trust(t, SELF_SIGNED.cert);
  const server = await startTlsReceiver(t);
  assertResponse(await sender(t).send(`https://127.0.0.1:${server.port}/`));
});

suite('a host that ends in a dot', () => {
  test('a server that knows its names → told the name without it, and the Host header has it', async (t) => {
    trust(t, SELF_SIGNED.cert);
    const server = await startTlsReceiver(t, { onlyFor: 'localhost' });
    const { send } = senderFor127(t);
    assertResponse(await send(`https://localhost.:${server.port}/`));
    assertResponse(await send(`https://LOCALHOST.:${server.port}/`));
    assert.deepEqual(server.hosts, [`localhost.:${server.port}`, `localhost.:${server.port}`]);
    assert.equal(server.connections(), 1);
  });

  test('through a proxy → the same, and the tunnel is asked for as the URL has it', async (t) => {
    trust(t, SELF_SIGNED.cert);
    const server = await startTlsReceiver(t, { onlyFor: 'localhost' });
    const proxy = await startProxy(t, server.port);
    const { send } = sender(t, { proxy: { url: proxy.url, except: '' } });
    assertResponse(await send(`https://localhost.:${server.port}/`));
    assert.deepEqual(
      proxy.asked.map(({ target }) => target),
      [`localhost.:${server.port}`],
    );
  });

  test('a certificate for another name → refused all the same', async (t) => {
    trust(t, SELF_SIGNED.cert);
    const server = await startTlsReceiver(t);
    assertFailure(
      await senderFor127(t).send(`https://hook.test.:${server.port}/`),
      'tls',
      /^certificate is not for hook\.test\.$/,
    );
    assert.equal(server.bodies.length, 0);
  });

  const NAMES: [host: string, told: string | undefined][] = [
    ['hook.test', 'hook.test'],
    ['hook.test.', 'hook.test'],
    ['HOOK.test.', 'hook.test'],
    ['a_b.test.', 'a_b.test'],
    ['single.', 'single'],
    ['grüße.test.', 'xn--gre-6ka8l.test'],
    ['127.0.0.1.', undefined],
    ['[::1]', undefined],
  ];
  for (const [host, told] of NAMES) {
    test(`https://${host} → ${told ?? 'no name'} in the handshake`, async (t) => {
      const names: string[] = [];
      const SNICallback: TlsOptions['SNICallback'] = (name, done) => (names.push(name), done(null));
      const server = createTlsServer({ ...SELF_SIGNED, SNICallback }, (socket) => socket.end());
      await new Promise<void>((resolve) => server.listen(0, resolve));
      t.after(() => server.close());
      const { port } = server.address() as AddressInfo;
      assertFailure(
        await senderFor127(t).send(`https://${host}:${port}/`),
        'tls',
        /^certificate is self-signed$/,
      );
      assert.deepEqual(names, told === undefined ? [] : [told]);
    });
  }
});

/** For it every name is at 127.0.0.1. */
function senderFor127(t: TestContext) {
  const resolve: Resolve = (_name, done) =>
    void setImmediate(done, null, [{ address: '127.0.0.1', family: 4 }]);
  return sender(t, {}, (options) => new HttpSender(options, resolve));
}

function trust(t: TestContext, certificate: string): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, certificate]);
  t.after(() => setDefaultCACertificates(before));
}

type TlsReceiver = {
  port: number;
  bodies: string[];
  hosts: (string | undefined)[];
  connections(): number;
};

type TlsOfReceiver = { onlyFor?: string; certificate?: typeof SELF_SIGNED };

/** `onlyFor` makes it refuse handshakes for other names. */
async function startTlsReceiver(
  t: TestContext,
  { onlyFor, certificate = SELF_SIGNED }: TlsOfReceiver = {},
): Promise<TlsReceiver> {
  const bodies: string[] = [];
  const hosts: (string | undefined)[] = [];
  let connections = 0;
  const SNICallback: TlsOptions['SNICallback'] = (name, done) =>
    done(
      onlyFor === undefined || name === onlyFor ? null : new Error(`no certificate for ${name}`),
    );
  const server = createServer({ ...certificate, SNICallback }, (request, response) => {
    hosts.push(request.headers.host);
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      bodies.push(body);
      response.end('ok');
    });
  });
  server.on('secureConnection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    bodies,
    hosts,
    connections: () => connections,
  };
}
