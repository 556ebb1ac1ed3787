import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { suite, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { listening } from '../setup/listening.ts';
import { startProxy } from '../setup/proxy.ts';
import { startReceiver } from '../setup/receiver.ts';
import { SELF_SIGNED } from './self-signed.ts';
import { assertFailure, assertResponse, sender } from './sending.ts';

const BASIC = `Basic ${Buffer.from('u:hunter2').toString('base64')}`;

suite('with a forward proxy', () => {
  test('http → the proxy gets the whole URL and its credentials, and its answer counts', async (t) => {
    const proxy = await startProxy(t, 1);
    const exchange = await sender(t, { proxy: { url: proxy.url, except: '' } }).send(
      'http://hooks.test/path?a=b',
    );
    assertResponse(exchange);
    assert.equal(exchange.body.toString(), 'by the proxy');
    assert.deepEqual(proxy.asked, [
      { method: 'POST', target: 'http://hooks.test/path?a=b', authorization: BASIC },
    ]);
  });

  test('https → a tunnel, and TLS with the endpoint itself', async (t) => {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, SELF_SIGNED.cert]);
    t.after(() => setDefaultCACertificates(before));
    const endpoint = createTlsServer(SELF_SIGNED, (request, response) => {
      request.resume();
      response.end('by the endpoint');
    });
    const port = await listening(t, endpoint);
    const proxy = await startProxy(t, port);
    const exchange = await sender(t, { proxy: { url: proxy.url, except: '' } }).send(
      `https://localhost:${port}/`,
    );
    assertResponse(exchange);
    assert.equal(exchange.body.toString(), 'by the endpoint');
    assert.deepEqual(proxy.asked, [
      { method: 'CONNECT', target: `localhost:${port}`, authorization: BASIC },
    ]);
  });

  test('a tunnel that takes longer than idle connections last → waited for, up to the timeout of the send', async (t) => {
    const endpoint = createTlsServer(SELF_SIGNED);
    const port = await listening(t, endpoint);
    const proxy = await startProxy(t, port, { tunnelAfterMs: 4500 });
    const exchange = await sender(t, { proxy: { url: proxy.url, except: '' } }).send(
      `https://localhost:${port}/`,
    );
    // It got through to the endpoint, whose certificate nobody trusts here.
    assertFailure(exchange, 'tls', /^certificate is self-signed$/);
  });

  test('a proxy that is not there, or whose name is not found → a failure that blames the proxy, not the endpoint', async (t) => {
    const closed = createServer();
    const port = await listening(t, closed);
    await new Promise((resolve) => closed.close(resolve));
    for (const url of [
      `http://u:hunter2@127.0.0.1:${port}`,
      `http://u:hunter2@localhost:${port}`,
      'http://u:hunter2@proxy.invalid',
    ]) {
      const { send } = sender(t, { proxy: { url, except: '' } });
      for (const target of ['http://hooks.test/', 'https://hooks.test/'])
        assertFailure(await send(target), 'proxy', /^the proxy cannot be reached$/);
    }
  });

  test('a tunnel that the proxy refuses → a failure that says so, without its credentials', async (t) => {
    const proxy = await startProxy(t, 1, { tunnelStatus: 403 });
    const exchange = await sender(t, { proxy: { url: proxy.url, except: '' } }).send(
      'https://hooks.test/',
    );
    assertFailure(exchange, 'proxy', /^the proxy made no connection to hooks\.test$/);
  });

  test('a proxy on a private address → reached under policy public too, but not for a private literal', async (t) => {
    const proxy = await startProxy(t, 1);
    const { send } = sender(t, {
      proxy: { url: proxy.url, except: '' },
      outbound: { policy: 'public', allow: [], deny: [] },
    });
    assertResponse(await send('http://hooks.test/'));
    assertFailure(
      await send('http://10.0.0.1/'),
      'not_allowed',
      /10\.0\.0\.1 is a private address$/,
    );
    assert.equal(proxy.asked.length, 1);
  });

  test('a host that the proxy is not asked for → connected to directly, under the policy', async (t) => {
    const receiver = await startReceiver(t);
    const proxy = await startProxy(t, 1);
    const options = { proxy: { url: proxy.url, except: 'localhost,127.0.0.1' } };
    assertResponse(await sender(t, options).send(receiver.url));
    assertResponse(await sender(t, options).send(receiver.url.replace('127.0.0.1', 'localhost')));
    assert.equal(receiver.received.length, 2);
    const { send } = sender(t, { ...options, outbound: { policy: 'public', allow: [], deny: [] } });
    assertFailure(
      await send(receiver.url.replace('127.0.0.1', 'localhost')),
      'not_allowed',
      /is a loopback address$/,
    );
    assert.deepEqual(proxy.asked, []);
  });
});
