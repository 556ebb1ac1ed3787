import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startServer, startWorker } from '../commands/processes.ts';
import { startTokenEndpoint } from '../sending/authorizing/token-endpoint.ts';
import { SELF_SIGNED } from '../sending/self-signed.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { badRequests } from './bad-requests.ts';
import { formsOf, rowsOfAll, Search } from './secret-search.ts';
import { GIVEN_SECRETS as S, searched } from './secrets.ts';
import { ToldApi } from './told.ts';

/**
 * Everything is done once with secrets that are nowhere else. Then they are looked for in all that
 * anybody is shown, and in every column that is not for them.
 */

const database = await freshDatabase(wholeFile);
const env = {
  POSTMAND_API_KEYS: S.api_key,
  POSTMAND_ENCRYPTION_KEYS: `a-key:${S.encryption_key}`,
  POSTMAND_LOG_LEVEL: 'debug',
};
const { server, api } = await startServer(wholeFile, database, env);
const worker = await startWorker(wholeFile, database, env);
const receiver = await startReceiver(wholeFile, ({ path }, response) => {
  if (path === '/hangs') return;
  if (path === '/resets') return void response.socket?.destroy();
  if (path === '/garbage') return void response.socket?.end('HTTP/1.1 OK\r\n\r\n');
  const isFirst = receiver.received.filter((one) => one.path === path).length === 1;
  response.writeHead(path === '/fails-once' && isFirst ? 500 : 200).end('ok');
});
const tokens = await startTokenEndpoint(wholeFile, () => ({
  body: { access_token: S.access_token, token_type: 'Bearer', expires_in: 3600 },
}));
const told = new ToldApi(api.url, S.api_key);

const BASIC = { type: 'basic', username: 'a-user', password: S.password };
const CARRIED = { headers: { 'X-Secret': S.header }, auth: BASIC };

/** A webhook for each place that a secret can be in, and for each way in which a send ends. */
const WEBHOOKS: Record<string, object> = {
  all: {
    ...{ url: `${receiver.url}/all`, ...CARRIED, secret_token: S.standard_token },
    signatures: ['hub', 'hub_sha256', 'standard', 'standard_ed25519'],
  },
  token: { url: `${receiver.url}/token`, secret_token: S.secret_token },
  bearer: { url: `${receiver.url}/fails-once`, auth: { type: 'bearer', token: S.bearer } },
  header: { url: receiver.url, headers: { Authorization: S.authorization_header } },
  url: { url: receiver.url.replace('://', `://a-user:${S.url_password}@`) },
  oauth2: { url: receiver.url, auth: { ...tokens.oauth2, client_secret: S.client_secret } },
  mtls: {
    url: receiver.url.replace('http:', 'https:'),
    auth: { type: 'mtls', certificate: SELF_SIGNED.cert, private_key: S.private_key },
  },
  hangs: { url: `${receiver.url}/hangs`, ...CARRIED },
  resets: { url: `${receiver.url}/resets`, ...CARRIED },
  garbage: { url: `${receiver.url}/garbage`, ...CARRIED },
  refused: { url: 'http://127.0.0.1:1/', ...CARRIED },
  nameless: { url: 'http://nowhere.invalid/', ...CARRIED },
  broken: { url: receiver.url, ...CARRIED },
};

test('a delivery of each webhook → those that can succeed do, and the secrets have arrived', async () => {
  const ids = new Map<string, string>();
  for (const [name, settings] of Object.entries(WEBHOOKS))
    ids.set(name, await told.createWebhook(settings));
  // A database may hold what the API refuses today.
  await database.pool.query(
    'update webhooks set headers = $2, auth = null, sealed = null where id = $1',
    [ids.get('broken'), { 'X-Secret': `${S.broken_header}\r\nX-Other: 1` }],
  );
  const ends = await Promise.all(
    [...ids].map(async ([name, id]) => [name, await told.deliver(id)] as const),
  );
  assert.deepEqual(
    ends.filter(([, succeeded]) => succeeded).map(([name]) => name),
    ['all', 'token', 'bearer', 'header', 'url', 'oauth2'],
  );
  const arrived = new Search(S);
  arrived.look('', JSON.stringify([receiver.received, tokens.received]));
  assert.deepEqual([...new Set(arrived.findings.map(({ secret }) => secret))].toSorted(), [
    ...['access_token', 'authorization_header', 'bearer', 'client_secret', 'header', 'password'],
    'url_password',
  ]);
});

test('webhooks are read, changed, paused, rotated, tried out and removed → as ever', async () => {
  const { webhooks } = await told.must('GET', '/webhooks');
  for (const { id, ...webhook } of webhooks) {
    const read = await told.must('GET', `/webhooks/${id}`);
    if (webhook.url === 'http://127.0.0.1:1/')
      await told.must('PUT', `/webhooks/${id}`, {
        ...read,
        headers: { 'x-secret': '***', 'X-Renewed': S.renewed_header },
      });
    await told.call('PATCH', `/webhooks/${id}`, { body: { name: 'another', auth: read.auth } });
    await told.call('POST', `/webhooks/${id}/test`, { body: {} });
    await told.must('POST', `/webhooks/${id}/pause`, {});
    await told.must('POST', `/webhooks/${id}/resume`);
  }
  const { id } = webhooks.find(({ url }: { url: string }) => url.endsWith('/all'));
  const body = { secret_token: S.rotated_token, overlap_seconds: 3600 };
  const { id: replacing } = await told.must('POST', `/webhooks/${id}/secrets`, body);
  assert.ok(await told.deliver(id));
  await told.must('GET', `/webhooks/${id}/secrets`);
  await told.call('DELETE', `/webhooks/${id}/secrets/${replacing}`);
  const removed = await told.createWebhook({ ...CARRIED, ...GIVEN });
  await told.must('DELETE', `/webhooks/${removed}`);
});

test('requests with a secret where it does not belong → refused', async () => {
  const id = await told.createWebhook({ ...CARRIED, active: false });
  for (const secret of Object.values(S)) await badRequests(told, secret, id);
  assert.equal((await told.call('GET', '/webhooks', { key: S.wrong_api_key })).status, 401);
});

test('metrics, logs, answers, and all columns but those that are for secrets → no secret in them', async () => {
  const { rows } = await database.pool.query<{ key: string }>(
    'select signing_key as key from webhooks where signing_key is not null',
  );
  const made = rows.map(({ key }, number) => [`signing_key ${number}`, key]);
  const search = new Search(searched(Object.fromEntries(made)));
  for (const command of [server, worker]) {
    const port = Number(command.lines.find(({ health_port: port }) => port)?.['health_port']);
    for (const path of ['metrics', 'healthz'])
      search.look(path, await (await fetch(`http://127.0.0.1:${port}/${path}`)).text());
  }
  for (const command of [worker, server]) await command.end();
  for (const { output } of [server, worker])
    for (const line of `${output.stdout}\n${output.stderr}`.split('\n'))
      search.look(`log: ${line.slice(0, 200)}`, line);
  for (const { where, text } of told.told) search.look(where, text);
  for (const { table, text } of await rowsOfAll(database.pool)) search.look(table, text);
  assert.deepEqual(search.findings, []);
  assert.ok(server.lines.length > 1000 && told.told.length > 1000);
});

suite('the search itself', () => {
  const SECRET = 'canary-0123456789';
  const PLACES: [when: string, text: string][] = [
    ['as it is', `x${SECRET}y`],
    ['in Base64', Buffer.from(SECRET).toString('base64')],
    ['in Base64 of more', Buffer.from(`a-user:${SECRET}, more`).toString('base64')],
    ['in Base64 of more by one', Buffer.from(`b-user2:${SECRET}`).toString('base64')],
    ['in Base64 of more by two', Buffer.from(`c-user34:${SECRET}.`).toString('base64url')],
    ['in hexadecimal', `\\x00${Buffer.from(SECRET).toString('hex')}`],
  ];
  for (const [when, text] of PLACES)
    test(`a secret ${when} → found`, () => {
      const search = new Search({ secret: SECRET });
      search.look('here', text);
      assert.notDeepEqual(search.findings, []);
    });

  test('its forms → long enough that chance makes none of them', () => {
    for (const [form, text] of formsOf(SECRET)) assert.ok(text.length >= 16, form);
  });
});
