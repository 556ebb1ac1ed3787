import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OAuth2 } from '../../src/webhooks/request/auth/auth.ts';
import { AUTHORITY, CLIENT, EXPIRED, OTHER_CLIENT } from '../setup/certificates.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';

/** Certificates and OAuth 2.0 credentials of a webhook: what is taken, shown, kept and refused. */

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);

const URL_OF_WEBHOOK = 'https://127.0.0.1:9/';
const MTLS = { type: 'mtls', certificate: CLIENT.cert, private_key: CLIENT.key, ca: AUTHORITY };
const OAUTH2: OAuth2 = {
  type: 'oauth2_client_credentials',
  token_url: 'https://login.example.com/token',
  client_id: 'postmand',
  client_secret: 'sesame',
  scope: 'a b',
};

const put = (id: string, settings: object) =>
  api.call('PUT', `/webhooks/${id}`, { ...GIVEN, url: URL_OF_WEBHOOK, ...settings });

const create = (settings: object) =>
  api.call('POST', '/webhooks', { ...GIVEN, url: URL_OF_WEBHOOK, ...settings });

async function stored(id: string): Promise<unknown> {
  const { rows } = await database.pool.query<{ auth: unknown }>(
    'select auth from webhooks where id = $1',
    [id],
  );
  return rows[0]?.auth;
}

test('a webhook with a certificate → shown with its subject and end, without its key; written back → kept', async () => {
  const { status, body } = await create({ auth: MTLS });
  assert.equal(status, 201);
  assert.deepEqual(body.auth, {
    ...MTLS,
    private_key: '***',
    subject: 'CN=postmand,O=Example',
    expires_at: '2126-11-02T09:30:28.000Z',
  });
  assert.deepEqual((await put(body.id, { auth: body.auth })).body.auth, body.auth);
  assert.deepEqual(await stored(body.id), MTLS);
});

test('the next certificate with its key → it is the one', async () => {
  const { body } = await create({ auth: MTLS });
  const auth = { type: 'mtls', certificate: OTHER_CLIENT.cert, private_key: OTHER_CLIENT.key };
  assert.equal((await put(body.id, { auth })).body.auth.subject, 'CN=somebody else');
  assert.deepEqual(await stored(body.id), auth);
});

test('the next certificate without its key → 400, and nothing changes', async () => {
  const { body } = await create({ auth: MTLS });
  const auth = { ...body.auth, certificate: OTHER_CLIENT.cert };
  const answer = await put(body.id, { auth });
  assert.equal(answer.status, 400);
  assert.match(JSON.stringify(answer.body), /auth\.private_key: does not fit auth\.certificate/);
  assert.deepEqual(await stored(body.id), MTLS);
});

test('a certificate that has ended since → the webhook can be changed with it, and not to http', async () => {
  const { body } = await create({ auth: MTLS });
  const ended = { type: 'mtls', certificate: EXPIRED.cert, private_key: EXPIRED.key };
  await database.pool.query('update webhooks set auth = $2 where id = $1', [body.id, ended]);
  assert.equal((await put(body.id, { active: false })).status, 200);
  assert.equal((await put(body.id, { auth: { ...ended, private_key: '***' } })).status, 200);
  const answer = await put(body.id, { url: 'http://127.0.0.1:9/' });
  assert.equal(answer.status, 400);
  assert.match(JSON.stringify(answer.body), /auth\.type: mtls needs a url that begins with https/);
  assert.equal((await create({ auth: ended })).status, 400);
});

test('OAuth 2.0 credentials → shown without the secret; written back → kept', async () => {
  const { status, body } = await create({ auth: OAUTH2 });
  assert.equal(status, 201);
  assert.deepEqual(body.auth, { ...OAUTH2, client_secret: '***' });
  const { body: after } = await put(body.id, { auth: { ...body.auth, scope: null } });
  const { scope: _unused, ...rest } = OAUTH2;
  assert.deepEqual(await stored(after.id), rest);
});

for (const [when, auth, words] of [
  ['a certificate that is none', { ...MTLS, certificate: 'sesame' }, 'auth.certificate: must be'],
  ['a key that is none', { ...MTLS, private_key: 'sesame' }, 'auth.private_key: must be'],
  ['an authority that is none', { ...MTLS, ca: 'sesame' }, 'auth.ca: must be'],
  ['a token URL that is none', { ...OAUTH2, token_url: 'sesame' }, 'auth.token_url: is not valid'],
] as const)
  test(`${when} → 400 that names the field and no value`, async () => {
    const { status, body } = await create({ auth });
    assert.deepEqual([status, body.code], [400, 4]);
    assert.match(JSON.stringify(body), new RegExp(words));
    assert.doesNotMatch(JSON.stringify(body), /sesame/);
  });
