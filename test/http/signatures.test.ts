import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { standardKey } from '../../src/webhooks/request/signing/standard-key.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);
const { secret_token: _token, ...UNSIGNED } = GIVEN;
const KEYED = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

suite('the token of standard', () => {
  for (const [how, given] of [
    ['left out', {}],
    ['null', { secret_token: null }],
  ] as const)
    test(`a new webhook with the token ${how} → one is made of 24 bytes, and answered`, async () => {
      const one = await create({ ...UNSIGNED, ...given, signatures: ['standard'] });
      const other = await create({ ...UNSIGNED, ...given, signatures: ['hub', 'standard'] });
      assert.match(one.secret_token, /^whsec_[A-Za-z0-9+/]{32}$/);
      assert.equal(standardKey(one.secret_token)?.length, 24);
      assert.notEqual(other.secret_token, one.secret_token);
      assert.deepEqual(await read(one.id), one);
    });

  test('a new webhook with a token → kept exactly', async () => {
    for (const secret_token of ['x', KEYED]) {
      const webhook = await create({ ...UNSIGNED, secret_token, signatures: ['standard'] });
      assert.equal(webhook.secret_token, secret_token);
    }
  });

  test('a new webhook that signs otherwise, without a token → it has none', async () => {
    for (const signatures of [['hub'], ['hub_sha256'], ['standard_ed25519'], null])
      assert.equal((await create({ ...UNSIGNED, signatures })).secret_token, '');
  });

  const SHORT = 'must have 24 to 64 bytes in Base64 behind whsec_';
  const FAULTS: [when: string, secret_token: string | null | undefined, fault: string][] = [
    ['an empty one', '', 'must not be empty'],
    ['23 bytes', `whsec_${Buffer.alloc(23).toString('base64')}`, SHORT],
    ['65 bytes', `whsec_${Buffer.alloc(65).toString('base64')}`, SHORT],
    ['no Base64', 'whsec_-', SHORT],
  ];
  const NO_TOKEN: typeof FAULTS = [
    ['none', undefined, 'must not be empty'],
    ['null', null, 'must not be empty'],
  ];

  for (const [when, secret_token, fault] of FAULTS)
    test(`a new webhook with ${when} → 400 that names it`, async () =>
      refused('POST /webhooks', { secret_token, signatures: ['standard'] }, fault));

  for (const [when, secret_token, fault] of [...FAULTS, ...NO_TOKEN])
    test(`a webhook is given standard by a PUT with ${when} → 400 that names it`, async () => {
      const webhook = await create(GIVEN);
      await refused(
        `PUT /webhooks/${webhook.id}`,
        { secret_token, signatures: ['standard'] },
        fault,
      );
      assert.deepEqual(await read(webhook.id), webhook);
    });

  test('a PUT that keeps standard and takes the token away → 400 that names it', async () => {
    const webhook = await create({ ...GIVEN, signatures: ['standard'] });
    await refused(`PUT /webhooks/${webhook.id}`, { secret_token: '' }, 'must not be empty');
    assert.deepEqual(await read(webhook.id), webhook);
  });
});

suite('the keys of standard_ed25519', () => {
  const ED25519 = { signatures: ['standard_ed25519'] };

  test('a new webhook with it → it shows a public key of its own, and no private one', async () => {
    const [one, other] = [
      await create({ ...GIVEN, ...ED25519 }),
      await create({ ...GIVEN, ...ED25519 }),
    ];
    assert.match(one.public_key ?? '', /^whpk_[A-Za-z0-9+/]{43}=$/);
    assert.notEqual(one.public_key, other.public_key);
    assert.deepEqual(await read(one.id), one);
    const { body } = await api.call('GET', '/webhooks');
    assert.doesNotMatch(JSON.stringify([one, body]), /whsk_|signing_key/);
    assert.match(await privateKeyIn(one.id), /^whsk_[A-Za-z0-9+/]{86}==$/);
  });

  test('a webhook without it → it has no key', async () => {
    assert.equal((await create({ ...GIVEN, signatures: ['standard', 'hub'] })).public_key, null);
  });

  test('switched on, off and on again → the same pair, shown meanwhile', async () => {
    const { id, public_key: none } = await create(GIVEN);
    assert.equal(none, null);
    const { public_key } = await put(id, ED25519);
    const key = await privateKeyIn(id);
    assert.match(public_key ?? '', /^whpk_/);
    assert.equal((await put(id, { signatures: null })).public_key, public_key);
    assert.equal((await put(id, ED25519)).public_key, public_key);
    assert.equal((await put(id, { name: 'another name' })).public_key, public_key);
    assert.equal(await privateKeyIn(id), key);
  });

  test('a public key that a client sends → ignored', async () => {
    const public_key = `whpk_${Buffer.alloc(32).toString('base64')}`;
    const webhook = await create({ ...GIVEN, public_key });
    assert.equal(webhook.public_key, null);
    assert.notEqual((await put(webhook.id, { ...ED25519, public_key })).public_key, public_key);
  });

  test('many PUTs at once switch it on → one pair', async () => {
    const { id } = await create(GIVEN);
    const answers = await Promise.all(Array.from({ length: 8 }, () => put(id, ED25519)));
    assert.equal(new Set(answers.map(({ public_key }) => public_key)).size, 1);
  });
});

/** `request` is the method and the path. */
async function refused(request: string, change: object, fault: string): Promise<void> {
  const [method = '', path = ''] = request.split(' ');
  const { status, body } = await api.call(method, path, { ...GIVEN, ...change });
  const details = `secret_token: ${fault}, as signatures has standard`;
  assert.deepEqual(
    [status, body],
    [400, { code: 4, message: 'request validation failed', details }],
  );
}

async function create(settings: object): Promise<Webhook> {
  const { status, body } = await api.call('POST', '/webhooks', settings);
  assert.equal(status, 201, JSON.stringify(body));
  return body as Webhook;
}

async function put(id: string, settings: object): Promise<Webhook> {
  const { status, body } = await api.call('PUT', `/webhooks/${id}`, { ...GIVEN, ...settings });
  assert.equal(status, 200, JSON.stringify(body));
  return body as Webhook;
}

async function read(id: string): Promise<Webhook> {
  return (await api.call('GET', `/webhooks/${id}`)).body as Webhook;
}

async function privateKeyIn(id: string): Promise<string> {
  const { rows } = await database.pool.query<{ signing_key: string }>(
    'select signing_key from webhooks where id = $1',
    [id],
  );
  return rows[0]?.signing_key ?? '';
}
