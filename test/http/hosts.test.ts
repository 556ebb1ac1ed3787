import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createHealth } from '../../src/http/health.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { listen } from '../../src/commands/ports.ts';
import { freshDatabase } from '../setup/database.ts';
import { FREE_PORT, silentLog } from '../setup/parts.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { answersIn, rawClient, type ParsedAnswer } from './raw-client.ts';
import { send } from './request.ts';

const database = await freshDatabase(wholeFile);
const none = await startApi(wholeFile, database, { hostNames: [] });
const some = await startApi(wholeFile, database, {
  hostNames: ['Postmand.internal', '.example.com', 'dotted.'],
});
const star = await startApi(wholeFile, database, { hostNames: ['*'] });
const any = await startApi(wholeFile, database);
const health = await listen(
  createHealth({ pool: database.pool, metrics: createMetrics(), log: silentLog, hostNames: [] }),
  FREE_PORT,
);
wholeFile.after(() => health.stop(0));

const ALWAYS = [
  ...[
    'localhost',
    'localhost:8000',
    'LOCALHOST:8000',
    'localhost.',
    'localhost.:8000',
    'a.localhost',
    'localhost:',
  ],
  ...['127.0.0.1', '127.0.0.1:8000', '127.0.0.1.', '10.1.2.3:80', '203.0.113.7'],
  ...[
    '[::1]',
    '[::1]:8000',
    '[2001:DB8::1]:1',
    '[::ffff:127.0.0.1]',
    '[fe80::1%25eth0]',
    '[fe80::1%eth0]',
  ],
];

const STRANGERS = [
  ...[
    'evil.example',
    'evil.example:8000',
    'evil.example.',
    'postmand',
    'localhost.evil.example',
    'evil-localhost',
    'xlocalhost',
  ],
  ...[
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    'evil.example@127.0.0.1',
    'localhost@evil.example:8000',
    'user@localhost',
  ],
  ...[
    '127.0.0.1:8000:8000',
    'localhost:80x',
    '::1',
    '::1:8000',
    '[127.0.0.1]',
    '[evil.example]',
    '[::1]evil.example',
    '[::1',
    '',
  ],
  ...[
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '1.2.3.4.5',
    '.',
    'localhost..',
    'localhost/x',
    'localhost, evil.example',
    'http://localhost',
  ],
];

suite('no name is listed', () => {
  for (const host of ALWAYS) {
    test(`Host: ${host} → accepted`, async (t) =>
      assert.equal((await ask(t, none.url, host)).status, 200));
  }
  for (const host of STRANGERS) {
    test(`Host: ${host} → 421 with code 17 that names the setting`, async (t) => {
      const { status, json } = await ask(t, none.url, host);
      assert.equal(status, 421);
      const { code, message, details } = json as Record<string, unknown>;
      assert.deepEqual([code, message], [17, 'misdirected request']);
      assert.match(String(details), /POSTMAND_HTTP_ALLOWED_HOSTS$/);
    });
  }

  test('a name of any length → the answer still has the advice', async (t) => {
    const { json } = await ask(t, none.url, 'x'.repeat(5000));
    assert.match(
      (json as { details: string }).details,
      /^"x{100}[^x]+" is none .*POSTMAND_HTTP_ALLOWED_HOSTS$/,
    );
  });

  test('every path of the API port, the documentation too → refused under another name', async () => {
    for (const path of [
      '/v1/webhooks',
      '/v1/nothing',
      '/',
      '/openapi.yaml',
      '/openapi.json',
      '/swagger',
      '/swagger/index.html',
    ]) {
      const { status, headers } = await send('GET', `${none.url}${path}`, {
        headers: { Host: 'evil.example' },
      });
      assert.deepEqual([path, status], [path, 421]);
      assert.equal(headers['access-control-allow-origin'], undefined);
    }
  });

  test('the health port with the same rule → refused under another name', async () => {
    const url = `http://127.0.0.1:${health.port}`;
    for (const path of ['/healthz', '/metrics', '/nothing']) {
      assert.equal(
        (await send('GET', `${url}${path}`, { headers: { Host: 'evil.example' } })).status,
        421,
        path,
      );
    }
    for (const path of ['/healthz', '/metrics'])
      assert.equal((await send('GET', `${url}${path}`)).status, 200, path);
  });

  test('a POST that is refused → nothing is stored', async () => {
    const headers = {
      Host: 'evil.example',
      Origin: 'http://evil.example',
      'Content-Type': 'application/json',
    };
    assert.equal(
      (await send('POST', `${none.url}/v1/webhooks`, { headers, body: '{}' })).status,
      421,
    );
    const { rowCount } = await database.pool.query('select from webhooks');
    assert.equal(rowCount, 0);
  });

  test('a whole URL in the request line → the name in it counts as well', async (t) => {
    for (const [target, status] of [
      ['http://evil.example/openapi.yaml', 421],
      ['HTTP://evil.example:8000/openapi.yaml', 421],
      ['http://localhost:8000/openapi.yaml', 200],
    ] as const) {
      assert.equal(
        (await answerTo(t, none.url, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n`)).status,
        status,
        target,
      );
    }
    assert.equal(
      (
        await answerTo(
          t,
          none.url,
          'GET http://localhost/openapi.yaml HTTP/1.1\r\nHost: evil.example\r\n',
        )
      ).status,
      421,
    );
  });

  test('HTTP/1.0 without a Host, which no browser sends → accepted', async (t) => {
    assert.equal((await answerTo(t, none.url, 'GET /v1/webhooks HTTP/1.0\r\n')).status, 200);
    assert.equal(
      (await answerTo(t, none.url, 'GET /v1/webhooks HTTP/1.0\r\nHost: evil.example\r\n')).status,
      421,
    );
  });
});

suite('names are listed', () => {
  for (const host of [
    ...['postmand.internal', 'POSTMAND.INTERNAL:8000', 'postmand.internal.', 'dotted', 'dotted.:1'],
    ...['a.example.com', 'a.b.Example.com:80', 'localhost', '127.0.0.1', '[::1]:8000'],
  ]) {
    test(`Host: ${host} → accepted`, async (t) =>
      assert.equal((await ask(t, some.url, host)).status, 200));
  }
  for (const host of [
    'example.com',
    'evilexample.com',
    'a.example.com.evil.example',
    'x.postmand.internal',
    'internal',
    '.example.com:x',
  ]) {
    test(`Host: ${host} → 421`, async (t) =>
      assert.equal((await ask(t, some.url, host)).status, 421));
  }
  for (const host of ['evil.example', 'postmand', '']) {
    test(`* is listed, Host: ${host} → accepted`, async (t) =>
      assert.equal((await ask(t, star.url, host)).status, 200));
  }
});

suite('there is no list', () => {
  for (const host of ['postmand', 'postmand:8000', 'hooks.example.com', 'x', '']) {
    test(`Host: ${host} → accepted, as in version 2.1`, async (t) =>
      assert.equal((await ask(t, any.url, host)).status, 200));
  }
});

test('more than one Host → 400 with code 16, whichever they are, and the connection ends', async (t) => {
  for (const [first, second] of [
    ['localhost', 'evil.example'],
    ['evil.example', 'localhost'],
    ['localhost', 'localhost'],
  ] as const) {
    for (const url of [none.url, any.url]) {
      const text = await rawClient(
        t,
        url,
        `GET /v1/webhooks HTTP/1.1\r\nHost: ${first}\r\nhOST: ${second}\r\n\r\n`,
      ).ended();
      const [{ status, json } = {}] = answersIn(text);
      const problem = {
        code: 16,
        message: 'malformed request',
        details: 'the header Host is there more than once',
      };
      assert.deepEqual([status, json], [400, problem]);
    }
  }
});

suite('a page of another origin that a browser shows', () => {
  const ORIGIN = {
    Origin: 'https://evil.example',
    'Sec-Fetch-Site': 'cross-site',
    'Sec-Fetch-Mode': 'no-cors',
  };
  const BODY = JSON.stringify({ webhook_id: '11111111-1111-4111-8111-111111111111', payload: 'x' });

  // What a page may send without asking first (Fetch standard, "CORS-safelisted request-header").
  for (const type of [
    ...[
      'text/plain',
      'text/plain;charset=UTF-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ],
    ...[
      'text/plain; application/json',
      'text/plain, application/json',
      'text/plain;x=application/json',
    ],
  ]) {
    test(`a POST as ${type} → 415`, async () => {
      const { status } = await send('POST', `${none.url}/v1/deliveries`, {
        headers: { ...ORIGIN, 'Content-Type': type },
        body: BODY,
      });
      assert.equal(status, 415);
    });
  }

  test('a POST without a type → 415; without a body → 400', async () => {
    assert.equal(
      (await send('POST', `${none.url}/v1/deliveries`, { headers: ORIGIN, body: BODY })).status,
      415,
    );
    assert.equal(
      (await send('POST', `${none.url}/v1/deliveries`, { headers: ORIGIN })).status,
      400,
    );
  });

  test('asks whether it may send JSON, PUT or DELETE → the answer does not permit it', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const headers = {
        ...ORIGIN,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'content-type',
      };
      const answer = await send('OPTIONS', `${none.url}/v1/webhooks`, { headers });
      assert.equal(answer.status, 405);
      assert.deepEqual(
        Object.keys(answer.headers).filter((name) => name.startsWith('access-control-')),
        [],
      );
    }
  });

  test('reads → the answer does not permit its browser to show it', async () => {
    const { status, headers } = await send('GET', `${none.url}/v1/webhooks`, { headers: ORIGIN });
    assert.equal(status, 200);
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith('access-control-')),
      [],
    );
  });
});

type Test = Parameters<typeof rawClient>[0];

function ask(t: Test, url: string, host: string): Promise<ParsedAnswer> {
  return answerTo(t, url, `GET /v1/webhooks HTTP/1.1\r\nHost: ${host}\r\n`);
}

/** The answer to a request with this head, as it is. */
async function answerTo(t: Test, url: string, head: string): Promise<ParsedAnswer> {
  const text = await rawClient(t, url, `${head}Connection: close\r\n\r\n`).ended();
  const [top = ''] = text.split('\r\n\r\n');
  const isJson = /content-type: application\/json/i.test(top);
  const [answer] = isJson
    ? answersIn(text)
    : [{ status: Number(top.split(' ')[1]), headers: {}, json: undefined }];
  assert.ok(answer, text);
  return answer;
}
