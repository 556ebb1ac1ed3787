import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createHealth } from '../../src/http/health.ts';
import { listen } from '../../src/commands/ports.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { freshDatabase } from '../setup/database.ts';
import { FREE_PORT, keepingLog, type LogLine } from '../setup/parts.ts';
import { lockRow } from '../setup/row-lock.ts';
import { startApi } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { answersIn, rawClient, type ParsedAnswer } from './raw-client.ts';

const database = await freshDatabase(wholeFile);
const log = keepingLog();
// Times that a test can wait for; a client that is not late has all of them to spare but in the
// tests of being late.
const limits = { headMs: 400, requestMs: 800, silenceMs: 1500, checkEveryMs: 50 };
const late = await startApi(wholeFile, database, { log, limits });
const api = await startApi(wholeFile, database, { log });
const healthServer = await listen(
  createHealth({ pool: database.pool, metrics: createMetrics(), log: log }),
  FREE_PORT,
  {
    log,
    limits,
  },
);
wholeFile.after(() => healthServer.stop(0));
const health = { url: `http://127.0.0.1:${healthServer.port}` };

const PORTS = { API: late, 'health port': health };
const SLOW = { status: 408, code: 14, message: 'request timeout' };
const LARGE = { status: 431, code: 15, message: 'request headers too large' };
const BROKEN = { status: 400, code: 16, message: 'malformed request' };

const JSON_BODY = JSON.stringify(SETTINGS);
const POST = `POST /v1/webhooks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${JSON_BODY.length}\r\n`;
const GET = 'GET /v1/webhooks HTTP/1.1\r\nHost: x\r\n';

suite('a client that is slow', { concurrency: 8 }, () => {
  for (const [name, { url }] of Object.entries(PORTS)) {
    test(`a head that is never finished, on the ${name} → 408 and the end`, async (t) => {
      const client = rawClient(t, url, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      const drip = setInterval(() => client.send('x'), 30);
      t.after(() => clearInterval(drip));
      await expectRefusal(await client.ended(), SLOW);
    });

    test(`a connection on which nothing is sent, on the ${name} → 408 and the end`, async (t) => {
      await expectRefusal(await rawClient(t, url).ended(), SLOW);
    });
  }

  test('a body that comes byte by byte → 408 and the end, and the log line has its route', async (t) => {
    const client = rawClient(t, late.url, `${POST}X-Request-Id: drips\r\n\r\n`);
    const drip = setInterval(() => client.send(' '), 30);
    t.after(() => clearInterval(drip));
    const [answer] = await expectRefusal(await client.ended(), SLOW);
    assert.equal(answer?.headers['x-request-id'], 'drips');
    const line = await lineOf('drips');
    assert.deepEqual([line.fields['status'], line.fields['route']], [408, '/v1/webhooks']);
  });

  test('a body that does not come after the request was refused → the connection is closed all the same', async (t) => {
    const text = await rawClient(
      t,
      late.url,
      POST.replace('application/json', 'text/plain') + '\r\n',
    ).ended();
    assert.deepEqual(
      answersIn(text).map(({ status }) => status),
      [415],
    );
  });

  test('a body that does not come while the answer is being made → 408, and no unexpected error in the log', async (t) => {
    const webhook = await late.createWebhook();
    const release = await lockRow(t, database, { table: 'webhooks', id: webhook.id });
    const head = `DELETE /v1/webhooks/${webhook.id} HTTP/1.1\r\nHost: x\r\nX-Request-Id: stays-away\r\nContent-Length: 10\r\n\r\n`;
    await expectRefusal(await rawClient(t, late.url, head).ended(), SLOW);
    await release();
    await until(
      'the webhook is gone',
      async () => (await late.call('GET', `/webhooks/${webhook.id}`)).status === 404,
    );
    assert.equal((await lineOf('stays-away')).fields['status'], 408);
  });

  test('a connection that is idle between two requests → it is kept', async (t) => {
    const client = rawClient(t, late.url, `${GET}\r\n`);
    await until('the first answer', () => answersIn(client.text()).length === 1);
    // Longer than a head or a request may take.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    client.send(`${GET}\r\n`);
    await until('the second answer', () => answersIn(client.text()).length === 2);
  });

  test('an answer that is not read → cut, and nothing is held', async (t) => {
    const webhook = await api.createWebhook();
    const payload = 'x'.repeat(1_000_000);
    for (let i = 0; i < 8; i += 1) await api.createDelivery(webhook.id, payload);
    for (const slow of [{ silenceMs: 300 }, { answerMs: 300 }]) {
      const { url } = await startApi(t, database, { log, limits: slow });
      const name = `unread-${Object.keys(slow).join()}`;
      const client = rawClient(t, url);
      client.socket.pause();
      client.send(
        `GET /v1/deliveries?webhook_id=${webhook.id} HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${name}\r\n\r\n`,
      );
      assert.equal((await lineOf(name)).fields['aborted'], true);
    }
  });
});

suite('input that is not a valid request', { concurrency: 8 }, () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: 1\r\n`).join('');
  const REFUSED: [what: string, sent: string | Buffer, refusal: typeof SLOW][] = [
    ['words', 'hello there\r\n\r\n', BROKEN],
    [
      'bytes of TLS',
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
      BROKEN,
    ],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', BROKEN],
    ['an unknown version', 'GET / HTTP/9.9\r\n\r\n', BROKEN],
    ['an unknown method', 'WEBHOOK /v1/webhooks HTTP/1.1\r\nHost: x\r\n\r\n', BROKEN],
    ['no Host', 'GET /v1/webhooks HTTP/1.1\r\n\r\n', BROKEN],
    ['U+0000 in the path', 'GET /v1/web\0hooks HTTP/1.1\r\nHost: x\r\n\r\n', BROKEN],
    ['U+0000 in a header', `${GET}X-Y: a\0b\r\n\r\n`, BROKEN],
    ['a space before a colon', `${GET}X-Y : 1\r\n\r\n`, BROKEN],
    ['a folded header', `${GET} folded: 1\r\n\r\n`, BROKEN],
    [
      'two lengths',
      'POST /v1/webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      BROKEN,
    ],
    [
      'a length and chunks',
      'POST /v1/webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      BROKEN,
    ],
    [
      'a negative length',
      'POST /v1/webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      BROKEN,
    ],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n', BROKEN],
    ['a header of 17 KiB', `${GET}X-Y: ${'y'.repeat(17 * 1024)}\r\n\r\n`, LARGE],
    [
      'a URL of 17 KiB',
      `GET /v1/webhooks?x=${'y'.repeat(17 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      LARGE,
    ],
    ['4,000 headers', `${GET}${many(4000)}\r\n`, LARGE],
  ];
  for (const [name, { url }] of Object.entries({ API: api, 'health port': health })) {
    for (const [what, sent, refusal] of REFUSED) {
      test(`${what}, on the ${name} → ${refusal.status} with code ${refusal.code}`, async (t) => {
        const client = rawClient(t, url, sent);
        if (what === 'no Host') {
          await until('the answer', () => answersIn(client.text()).length === 1);
          client.socket.end();
        }
        await expectRefusal(await client.ended(), refusal);
      });
    }

    test(`101 headers, on the ${name} → 431, and the connection is closed; 100 headers → neither`, async (t) => {
      const path = url === api.url ? '/v1/webhooks' : '/healthz';
      const client = rawClient(t, url, `GET ${path} HTTP/1.1\r\nHost: x\r\n${many(99)}\r\n`);
      client.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n${many(100)}\r\n`);
      // The second one ends the connection.
      const answers = answersIn(await client.ended());
      assert.deepEqual(
        answers.map(({ status, json }) => [status, (json as { code?: number }).code]),
        [
          [200, undefined],
          [431, 15],
        ],
      );
    });
  }

  test('a chunked body that is not valid → 400 with code 16', async (t) => {
    const head = POST.replace(/Content-Length.*\r\n/, 'Transfer-Encoding: chunked\r\n');
    await expectRefusal(await rawClient(t, api.url, `${head}\r\nzz\r\n`).ended(), BROKEN);
  });

  const GOOD = `${POST}\r\n${JSON_BODY}`;
  const BAD_CHUNK = `${POST.replace(/Content-Length.*\r\n/, 'Transfer-Encoding: chunked\r\n')}\r\nzz\r\n`;
  const BEHIND: [what: string, sent: string, statuses: number[]][] = [
    ['garbage behind a good request', `${GOOD}\0\0garbage\r\n\r\n`, [201]],
    ['garbage behind two of them', `${GOOD}${GOOD}\0\0garbage\r\n\r\n`, [201, 201]],
    ['a request whose body cannot be read behind a good one', `${GOOD}${BAD_CHUNK}`, [201]],
    [
      'a CONNECT behind a good one',
      `${GOOD}CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n`,
      [201],
    ],
  ];
  for (const [what, sent, statuses] of BEHIND) {
    test(`${what} → the good ones get their own answers, and the connection ends`, async (t) => {
      const text = await rawClient(t, api.url, sent).ended();
      assert.deepEqual(
        answersIn(text).map(({ status }) => status),
        statuses,
      );
    });
  }

  test('a client that resets its connection → nothing is answered, and the server goes on', async (t) => {
    const before = log.lines.length;
    const client = rawClient(t, api.url, 'GET /v1/web');
    await until('it is connected', () => client.socket.bytesWritten > 0);
    client.socket.resetAndDestroy();
    assert.equal((await api.call('GET', '/webhooks')).status, 200);
    assert.ok(log.lines.slice(before).every(({ level }) => level === 'info'));
  });
});

suite('requests that are unusual and harmless', () => {
  const UNUSUAL: [what: string, sent: string, statuses: number[]][] = [
    ['Expect: 100-continue', `${POST}Expect: 100-continue\r\n\r\n${JSON_BODY}`, [100, 201]],
    ['an unknown expectation', `${GET}Expect: the-moon\r\n\r\n`, [200]],
    [
      'Upgrade: websocket',
      `${GET}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\n\r\n`,
      [200],
    ],
    [
      'Upgrade: h2c',
      `${GET}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n`,
      [200],
    ],
    ['a whole URL, as for a proxy', 'GET http://x/v1/webhooks HTTP/1.1\r\nHost: x\r\n\r\n', [404]],
    ['HTTP/1.0 without a Host', 'GET /v1/webhooks HTTP/1.0\r\n\r\n', [200]],
    ['many requests at once', `${GET}\r\n`.repeat(20), Array.from({ length: 20 }, () => 200)],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', [404]],
    ['TRACE', 'TRACE /v1/webhooks HTTP/1.1\r\nHost: x\r\n\r\n', [405]],
  ];
  for (const [what, sent, statuses] of UNUSUAL) {
    test(`${what} → ${[...new Set(statuses)].join(' and ')}`, async (t) => {
      const client = rawClient(t, api.url, sent);
      await until('the answers', () => answersIn(client.text()).length === statuses.length).catch(
        () => {},
      );
      assert.deepEqual(
        answersIn(client.text()).map(({ status }) => status),
        statuses,
        client.text(),
      );
    });
  }
});

test('refused connections → are closed, and the log has no error', async (t) => {
  const clients = Array.from({ length: 50 }, () => rawClient(t, api.url, 'nonsense\r\n\r\n'));
  await Promise.all(clients.map(async (client) => expectRefusal(await client.ended(), BROKEN)));
  assert.deepEqual(
    log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

/** One answer, with every header of every answer, and a line of the log. */
async function expectRefusal(
  text: string,
  { status, code, message }: typeof SLOW,
): Promise<ParsedAnswer[]> {
  const answers = answersIn(text);
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [status],
    text,
  );
  const { headers, json } = answers[0] as ParsedAnswer;
  const { details, ...rest } = json as { details: string };
  assert.deepEqual(rest, { code, message });
  assert.equal(typeof details, 'string');
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['x-xss-protection'], '1; mode=block');
  assert.equal(headers['content-security-policy'], "frame-ancestors 'none'");
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  // Of requests as such the health port logs nothing: it is asked every few seconds.
  if (details.includes('Host')) return answers;
  const line = await lineOf(headers['x-request-id'] ?? '');
  assert.deepEqual([line.level, line.fields['status']], ['info', status]);
  return answers;
}

function lineOf(requestId: string): Promise<LogLine> {
  return until(`the line of ${requestId}`, () =>
    log.lines.find(
      ({ event, fields }) => event === 'http.request' && fields['request_id'] === requestId,
    ),
  );
}
