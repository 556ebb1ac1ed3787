import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { startReceiver } from '../setup/receiver.ts';
import { SELF_SIGNED } from './self-signed.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

test('a certificate that only its own key has signed → tls, and nothing is sent', async (t) => {
  const server = await startTlsReceiver(t);
  assertFailure(await sender(t).send(`https://127.0.0.1:${server.port}/`), 'tls', /^certificate is self-signed$/);
  assert.equal(server.bodies.length, 0);
});

test('https to a port that speaks http → tls', async (t) => {
  const receiver = await startReceiver(t);
  assertFailure(await sender(t).send(receiver.url.replace('http', 'https')), 'tls', /^TLS handshake failed$/);
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
  for (const body of ['first', 'second', 'third']) assertResponse(await send(`https://localhost:${server.port}/`, { body }));
  assert.deepEqual(server.bodies, ['first', 'second', 'third']);
  assert.equal(server.connections(), 1);
});

test('a trusted certificate for another name → tls, with the name', async (t) => {
  trust(t, SELF_SIGNED.cert);
  const server = await startTlsReceiver(t);
  assertFailure(await sender(t).send(`https://127.0.0.2:${server.port}/`), 'tls', /^certificate is not for 127\.0\.0\.2$/);
});

function trust(t: TestContext, certificate: string): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, certificate]);
  t.after(() => setDefaultCACertificates(before));
}

async function startTlsReceiver(t: TestContext): Promise<{ port: number; bodies: string[]; connections(): number }> {
  const bodies: string[] = [];
  let connections = 0;
  const server = createServer(SELF_SIGNED, (request, response) => {
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
  return { port: (server.address() as AddressInfo).port, bodies, connections: () => connections };
}
