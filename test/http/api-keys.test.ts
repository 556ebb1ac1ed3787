import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { startApi } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, UNKNOWN_ID, type RawAnswer } from './request.ts';

const OLD = 'the-old-key-0123456789';
const NEW = 'the-new-key-!#$%&()*+-./:;<=>?@[]^_`{|}~';
const WRONG = 'the-wrong-key-of-somebody';

const log = keepingLog();
const database = await freshDatabase(wholeFile);
const apiKeyDigests = [OLD, NEW].map((key) => createHash('sha256').update(key).digest('hex'));
const { url } = await startApi(wholeFile, database, { log, apiKeyDigests });

const MISSING = { status: 401, code: 13, challenge: 'Bearer realm="postmand"' };
const INVALID = { ...MISSING, challenge: 'Bearer realm="postmand", error="invalid_token"' };

suite('a server with keys', () => {
  for (const [what, key] of Object.entries({ 'the first': OLD, 'the last': NEW })) {
    test(`${what} of its keys → lets through`, async () => {
      for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  ']) {
        assert.equal((await get('/v1/webhooks', `${scheme} ${key}`)).status, 200, scheme);
      }
    });
  }

  for (const [method, path] of [
    ['GET', '/v1/webhooks'],
    ['GET', '/v1/webhooks?limit=x'],
    ['POST', '/v1/webhooks'],
    ['GET', `/v1/webhooks/${UNKNOWN_ID}`],
    ['GET', '/v1/webhooks/no-id'],
    ['PUT', `/v1/webhooks/${UNKNOWN_ID}`],
    ['DELETE', `/v1/webhooks/${UNKNOWN_ID}`],
    ['GET', '/v1/deliveries'],
    ['POST', '/v1/deliveries'],
    ['DELETE', `/v1/deliveries/${UNKNOWN_ID}`],
    ['GET', '/v1/delivery-attempts'],
    ['GET', '/v1/nothing'],
    ['PATCH', '/v1/webhooks'],
    ['OPTIONS', '/v1/webhooks'],
    ['GET', '//v1/webhooks'],
    ['GET', '/%76%31/webhooks'],
    ['GET', '/swagger/../v1/webhooks'],
    ['GET', '/nothing'],
    ['GET', '/'],
  ] as const) {
    test(`${method} ${path.replace(UNKNOWN_ID, '{id}')} without a key → 401 that says which scheme is wanted`, async () => {
      assert.deepEqual(told(await send(method, `${url}${path}`)), MISSING);
    });
  }

  for (const given of [
    `Bearer ${WRONG}`,
    `Bearer ${OLD}x`,
    `Bearer ${OLD.slice(0, -1)}`,
    `Bearer ${OLD.toUpperCase()}`,
    `Bearer ${OLD},${NEW}`,
    `Bearer ${OLD} ${NEW}`,
    `Bearer "${OLD}"`,
    `Bearer${OLD}`,
    `Bearer`,
    'Bearer ',
    OLD,
    `Basic ${OLD}`,
    `Basic ${Buffer.from(`user:${OLD}`).toString('base64')}`,
    `NotBearer ${OLD}`,
    `Token Bearer ${OLD}`,
    `Bearer ${createHash('sha256').update(OLD).digest('hex')}`,
    'Bearer \u00e9\u00e9\u00e9',
    `Bearer ${'x'.repeat(10_000)}`,
    '',
  ]) {
    test(`Authorization: ${given.slice(0, 60)} → 401 with error="invalid_token"`, async () => {
      assert.deepEqual(told(await get('/v1/webhooks', given)), INVALID);
    });
  }

  test('a request with a body → the answer comes before the body is sent, and nothing is stored', async () => {
    const body = JSON.stringify(SETTINGS);
    const head = `POST /v1/webhooks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(head));
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
    await until('the answer', () => answer.includes('"code":13'));
    assert.match(answer, /^HTTP\/1\.1 401 Unauthorized\r\n/);
    socket.end(body);
    const { rows } = await database.pool.query('select from webhooks');
    assert.equal(rows.length, 0);
  });

  test('the documentation → needs no key', async () => {
    for (const path of [
      '/openapi.yaml',
      '/openapi.json',
      '/swagger/index.html',
      '/swagger/swagger-ui.css',
      '/swagger/init.js',
    ]) {
      assert.equal((await send('GET', `${url}${path}`)).status, 200, path);
    }
  });

  test('the document that the page shows → lets one authorise with a key', async () => {
    const { json } = await send('GET', `${url}/openapi.json`);
    const { security, components, paths } = json as {
      security: object[];
      components: { securitySchemes: object };
      paths: Record<string, Record<string, { security?: object[]; responses?: object }>>;
    };
    assert.deepEqual(security, [{}, { bearerAuth: [] }]);
    assert.deepEqual(Object.keys(components.securitySchemes), ['bearerAuth']);
    for (const [path, item] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (operation.responses === undefined) continue;
        const isHealth = ['/healthz', '/metrics'].includes(path);
        assert.equal('401' in operation.responses, !isHealth, `${method} ${path}`);
        assert.deepEqual(operation.security, isHealth ? [] : undefined, `${method} ${path}`);
      }
    }
  });

  test('all that was logged → a line with 401 for each refused request, and no key, right or wrong', () => {
    const written = JSON.stringify(log.lines);
    for (const key of [OLD, NEW, WRONG]) assert.ok(!written.includes(key), key);
    assert.ok(
      log.lines.some(({ event, fields }) => event === 'http.request' && fields['status'] === 401),
    );
    assert.deepEqual(
      log.lines.filter(({ level }) => level !== 'info'),
      [],
    );
  });
});

test('a server without keys → lets everybody through, whatever is given', async (t) => {
  const open = await startApi(t, database);
  for (const headers of [{}, { Authorization: `Bearer ${WRONG}` }, { Authorization: 'nonsense' }]) {
    assert.equal((await send('GET', `${open.url}/v1/webhooks`, { headers })).status, 200);
  }
});

function get(path: string, authorization: string): Promise<RawAnswer> {
  return send('GET', `${url}${path}`, { headers: { Authorization: authorization } });
}

/** What a refusal tells; the body has nothing but a problem's fields. */
function told({ status, json, headers, text }: RawAnswer): typeof MISSING {
  const { code, message, details, ...rest } = json as Record<string, unknown>;
  assert.deepEqual([message, typeof details, rest], ['unauthorized', 'string', {}], text);
  return { status, code: code as number, challenge: String(headers['www-authenticate']) };
}
