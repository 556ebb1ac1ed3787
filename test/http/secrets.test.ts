import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Signature } from '../../src/webhooks/request/signing/signatures.ts';
import type { WebhookSecret } from '../../src/webhooks/secrets/secret.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { startApi } from '../setup/service.ts';
import { GIVEN } from '../setup/settings.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { UNKNOWN_ID } from './request.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const log = keepingLog();
const api = await startApi(wholeFile, database, { log });

const OWN = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const DAY_MS = 86_400_000;

suite('rotating the secret of a webhook', () => {
  test('without a body → a secret is made, and the one before is valid for a day', async () => {
    const webhook = await api.createWebhook({ secret_token: 'first' });
    const [first] = await list(webhook.id);
    const { status, body } = await rotate(webhook.id);
    assert.equal(status, 201);
    const { secret_token, id, set_at, ...rest } = body;
    assert.match(secret_token, /^whsec_[A-Za-z0-9+/]{32}$/);
    assert.deepEqual(rest, { current: true, hub: true, public_key: null, expires_at: null });
    const [present, old, ...more] = await list(webhook.id);
    assert.deepEqual(present, { ...rest, id, set_at });
    assert.deepEqual(old, { ...first, current: false, hub: false, expires_at: old?.expires_at });
    assert.deepEqual(more, []);
    const overlapMs = Date.parse(old?.expires_at ?? '') - Date.parse(set_at);
    assert.ok(Math.abs(overlapMs - DAY_MS) < 5000, `${overlapMs} ms`);
    assert.equal((await read(webhook.id)).secret_token, secret_token);
    assert.deepEqual(told(webhook.id), [
      ['webhook.secret_rotated', { secret_id: id, overlap_seconds: 86_400, hub: 'new' }],
    ]);
  });

  test('a secret, an overlap and hub are given → as given', async () => {
    const webhook = await api.createWebhook();
    const given = { secret_token: OWN, overlap_seconds: 604_800, hub: 'old' };
    const { status, body } = await rotate(webhook.id, given);
    assert.deepEqual([status, body.secret_token, body.hub], [201, OWN, false]);
    const [present, old] = await list(webhook.id);
    assert.deepEqual([present?.hub, old?.hub], [false, true]);
    const overlapMs = Date.parse(old?.expires_at ?? '') - Date.parse(body.set_at);
    assert.ok(Math.abs(overlapMs - 7 * DAY_MS) < 5000, `${overlapMs} ms`);
  });

  test('null for all of them → as if they were left out', async () => {
    const { id } = await api.createWebhook();
    const { status, body } = await rotate(id, {
      ...{ secret_token: null, overlap_seconds: null, hub: null },
    });
    assert.deepEqual([status, body.hub], [201, true]);
    assert.equal((await list(id)).length, 2);
  });

  test('overlap_seconds is 0 → the one before ends at once, and is not kept', async () => {
    const { id } = await api.createWebhook({ secret_token: 'first' });
    await rotate(id, { overlap_seconds: 0, hub: 'old' });
    const secrets = await list(id);
    assert.deepEqual(
      secrets.map(({ current, hub }) => ({ current, hub })),
      [{ current: true, hub: true }],
    );
    assert.equal(await kept(id), 0);
  });

  test('the webhook does not sign → it does now, and nothing is kept', async () => {
    const { id } = await api.createWebhook({ secret_token: '' });
    assert.deepEqual(await list(id), []);
    assert.equal((await rotate(id)).status, 201);
    assert.equal((await list(id)).length, 1);
    assert.equal(await kept(id), 0);
  });

  test('updated_at grows, also where the clock of the database was set back', async () => {
    const { id } = await api.createWebhook();
    const ahead = '2100-01-01T00:00:00.000000Z';
    await pool.query('update webhooks set updated_at = $2 where id = $1', [id, ahead]);
    const secret = await rotate(id);
    assert.equal((await read(id)).updated_at, '2100-01-01T00:00:00.000001Z');
    await rotate(id);
    assert.equal((await end(id, secret.body.id)).status, 204);
    assert.equal((await read(id)).updated_at, '2100-01-01T00:00:00.000003Z');
  });

  test('three are valid → 422 with code 20, but not where the present one ends at once', async () => {
    const { id } = await api.createWebhook();
    await rotate(id);
    await rotate(id);
    const before = await list(id);
    assert.equal(before.length, 3);
    const { status, body } = await rotate(id);
    const details = 'at most 3: end one of them, or wait until one ends';
    assert.deepEqual([status, body], [422, { code: 20, message: 'too many secrets', details }]);
    assert.deepEqual(await list(id), before);
    assert.equal((await rotate(id, { overlap_seconds: 0 })).status, 201);
    const after = await list(id);
    assert.deepEqual(after.slice(1), before.slice(1));
    assert.notEqual(after[0]?.id, before[0]?.id);
  });

  test('one of three has ended by itself → there is room for another', async () => {
    const { id } = await api.createWebhook();
    await rotate(id, { overlap_seconds: 1 });
    await rotate(id);
    await until('the first one has ended', async () => (await list(id)).length === 2);
    assert.equal((await rotate(id)).status, 201);
    assert.equal((await list(id)).length, 3);
  });

  /** How `hub` was given in each rotation, and which of the secrets then makes X-Hub-Signature. */
  const HUBS: [rotations: ('new' | 'old')[], hub: number][] = [
    [['new'], 1],
    [['old'], 0],
    [['old', 'old'], 0],
    [['new', 'old'], 1],
    [['old', 'new'], 2],
  ];
  for (const [rotations, hub] of HUBS)
    test(`hub ${rotations.join(', then ')} → secret ${hub} makes it, then the next newer one`, async () => {
      const { id } = await api.createWebhook();
      const ids = [(await list(id))[0]?.id];
      for (const one of rotations) ids.push((await rotate(id, { hub: one })).body.id);
      for (let next = hub; next < ids.length; next += 1) {
        const making = (await list(id)).filter((secret) => secret.hub).map((secret) => secret.id);
        assert.deepEqual(making, [ids[next]]);
        if (next < rotations.length) assert.equal((await end(id, ids[next])).status, 204);
      }
    });

  const HUB: Signature[] = ['hub'];
  const FAULTS: [body: object, details: string, signatures?: Signature[]][] = [
    [{ secret_token: '' }, 'secret_token: must NOT have fewer than 1 characters'],
    [{ secret_token: 'x'.repeat(4097) }, 'secret_token: must NOT have more than 4096 characters'],
    [
      { secret_token: 'a\0' },
      'secret_token: must be text without U+0000 and without unpaired surrogates',
    ],
    [{ secret_token: 7 }, 'secret_token: must be string,null'],
    [{ overlap_seconds: -1 }, 'overlap_seconds: must be >= 0'],
    [{ overlap_seconds: 604_801 }, 'overlap_seconds: must be <= 604800'],
    [{ overlap_seconds: 1.5 }, 'overlap_seconds: must be integer,null'],
    [{ overlap_seconds: '60' }, 'overlap_seconds: must be integer,null'],
    [{ hub: 'both' }, 'hub: must be equal to one of the allowed values: new, old, null'],
    [{ token: OWN }, 'token: is not a known field'],
    [
      { secret_token: GIVEN.secret_token },
      'secret_token: must not be a secret that is valid already',
    ],
    [
      { secret_token: 'whsec_c2hvcnQ=' },
      'secret_token: must have 24 to 64 bytes in Base64 behind whsec_, as signatures has standard',
      ['hub', 'standard'],
    ],
  ];
  for (const [body, details, signatures = HUB] of FAULTS)
    test(`${JSON.stringify(body).slice(0, 40)} for ${signatures.join()} → 400 that names it, and nothing changes`, async () => {
      const { id } = await api.createWebhook({ signatures });
      const before = [await list(id), await read(id)];
      const answer = await rotate(id, body);
      assert.deepEqual(
        [answer.status, answer.body],
        [400, { code: 4, message: 'request validation failed', details }],
      );
      assert.deepEqual([await list(id), await read(id)], before);
    });

  test('a secret that was replaced and is still valid → refused, so that a repeated request is', async () => {
    const { id } = await api.createWebhook();
    const given = { secret_token: OWN };
    assert.equal((await rotate(id, given)).status, 201);
    for (const token of [OWN, GIVEN.secret_token])
      assert.equal((await rotate(id, { secret_token: token })).status, 400);
    assert.equal((await list(id)).length, 2);
  });

  test('it had Ed25519 signatures once, and does not sign any more → it has no secret, and nothing is kept', async () => {
    const { id } = await api.createWebhook({ signatures: ['standard_ed25519'], secret_token: '' });
    assert.equal((await list(id)).length, 1);
    await put(id, { signatures: ['hub'], secret_token: '' });
    assert.deepEqual(await list(id), []);
    await rotate(id);
    assert.equal((await list(id)).length, 1);
  });

  test('with Ed25519 signatures → a new pair of keys each time, of which the public key is shown', async () => {
    const { id } = await api.createWebhook({ signatures: ['standard_ed25519'] });
    const first = (await rotate(id)).body;
    const second = (await rotate(id)).body;
    assert.match(first.public_key, /^whpk_/);
    assert.notEqual(first.public_key, second.public_key);
    assert.equal((await read(id)).public_key, second.public_key);
    const [present, old] = await list(id);
    assert.deepEqual([present?.public_key, old?.public_key], [second.public_key, first.public_key]);
  });
});

suite('ending a secret', () => {
  test('one that was replaced → 204; it and its value are gone', async () => {
    const { id } = await api.createWebhook();
    const [old] = await list(id);
    await rotate(id);
    assert.equal((await end(id, old?.id)).status, 204);
    assert.equal((await list(id)).length, 1);
    assert.equal(await kept(id), 0);
    assert.deepEqual(told(id).at(-1), [
      'webhook.secret_ended',
      { secret_id: old?.id, by: 'client' },
    ]);
    const { rows } = await pool.query('select old_secrets_until from webhooks where id = $1', [id]);
    assert.deepEqual(rows, [{ old_secrets_until: null }], 'nobody looks for old ones any more');
  });

  test('the present one → 409 with code 23', async () => {
    const { id } = await api.createWebhook();
    const [present] = await list(id);
    const { status, body } = await end(id, present?.id);
    const details = 'it signs now: rotate it first, or set another secret_token, which ends it';
    assert.deepEqual([status, body], [409, { code: 23, message: 'current secret', details }]);
    assert.deepEqual(await list(id), [present]);
  });

  test('an unknown one, one that has ended, or one of another webhook → 404 with code 21', async () => {
    const [{ id }, other] = [await api.createWebhook(), await api.createWebhook()];
    const [first] = await list(id);
    await rotate(id);
    await rotate(other.id);
    await end(id, first?.id);
    const [, foreign] = await list(other.id);
    for (const secretId of [UNKNOWN_ID, first?.id, foreign?.id]) {
      const { status, body } = await end(id, secretId);
      assert.deepEqual([status, body], [404, { code: 21, message: 'secret not found' }]);
    }
    assert.equal((await list(other.id)).length, 2);
  });

  test('of a webhook that does not sign → 404 for the id that its secret would have', async () => {
    const { id } = await api.createWebhook({ secret_token: '' });
    const { rows } = await pool.query<{ secret_id: string }>(
      'select secret_id from webhooks where id = $1',
      [id],
    );
    assert.equal((await end(id, rows[0]?.secret_id)).body.code, 21);
  });
});

suite('secrets of webhooks that are not there', () => {
  for (const [what, method, path] of [
    ['list', 'GET', 'secrets'],
    ['rotate', 'POST', 'secrets'],
    ['end', 'DELETE', `secrets/${UNKNOWN_ID}`],
  ] as const)
    test(`${what}: unknown or deleted → 404 with code 5; no UUID → code 2`, async () => {
      const { id } = await api.createWebhook();
      await api.call('DELETE', `/webhooks/${id}`);
      for (const [one, code] of [
        [UNKNOWN_ID, 5],
        [id, 5],
        ['x', 2],
      ] as const) {
        const { status, body } = await api.call(method, `/webhooks/${one}/${path}`);
        assert.deepEqual([status, body.code], [404, code]);
      }
    });

  test('a secret id that is no UUID → 404 with code 2', async () => {
    const { id } = await api.createWebhook();
    const { status, body } = await end(id, 'x');
    assert.deepEqual([status, body.code], [404, 2]);
  });
});

suite('secret_token in a PUT', () => {
  test('another one → it is the only valid one at once', async () => {
    const { id } = await api.createWebhook();
    const { body: rotated } = await rotate(id, { hub: 'old' });
    await put(id, { secret_token: 'third' });
    const secrets = await list(id);
    assert.equal(secrets.length, 1);
    assert.notEqual(secrets[0]?.id, rotated.id);
    assert.deepEqual([secrets[0]?.current, secrets[0]?.hub], [true, true]);
    assert.equal(await kept(id), 0);
  });

  test('the same one → what overlaps goes on', async () => {
    const { id } = await api.createWebhook();
    await rotate(id, { hub: 'old' });
    const before = await list(id);
    await put(id, { ...(await read(id)), name: 'another name' });
    assert.deepEqual(await list(id), before);
  });

  test('none → the webhook does not sign any more, not even with what overlaps', async () => {
    const { id } = await api.createWebhook();
    await rotate(id);
    await put(id, { secret_token: null });
    assert.deepEqual(await list(id), []);
    assert.equal(await kept(id), 0);
  });
});

suite('at the same time', () => {
  test('five rotations → two are taken, three are refused, and each answer is true', async () => {
    const { id } = await api.createWebhook();
    const [first] = await list(id);
    const answers = await Promise.all(Array.from({ length: 5 }, () => rotate(id)));
    const taken = answers.filter(({ status }) => status === 201).map(({ body }) => body);
    assert.deepEqual(statuses(answers), [201, 201, 422, 422, 422]);
    const secrets = await list(id);
    assert.equal(secrets.at(-1)?.id, first?.id, 'the first one is the oldest');
    assert.deepEqual(ids(secrets), ids([...taken, first]));
    const present = taken.find((one) => one.id === secrets[0]?.id);
    assert.equal((await read(id)).secret_token, present?.secret_token);
  });

  test('lists beside rotations → each has one present secret, and none twice', async () => {
    const { id } = await api.createWebhook();
    let rotating = true;
    const rotations = (async () => {
      for (let i = 0; i < 30; i += 1) await rotate(id, { overlap_seconds: i % 2, hub: 'old' });
    })().finally(() => (rotating = false));
    while (rotating) {
      const secrets = await list(id);
      assert.equal(ids(secrets).size, secrets.length);
      assert.deepEqual(
        secrets.map(({ current }) => current),
        secrets.map((_one, i) => i === 0),
      );
      assert.equal(secrets.filter(({ hub }) => hub).length, 1);
    }
    await rotations;
  });

  test('a rotation beside PUTs of another token → either the one order, or the other', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await api.createWebhook();
      const [{ body: rotated }] = await Promise.all([
        rotate(id),
        put(id, { secret_token: 'by PUT' }),
      ]);
      const [present, old, ...more] = await list(id);
      const { secret_token } = await read(id);
      // The rotation last: it keeps what the PUT has set. The PUT last: it has ended all.
      if (secret_token === 'by PUT') assert.deepEqual([old, present?.hub], [undefined, true]);
      else assert.deepEqual([present?.id, old?.current], [rotated.id, false]);
      assert.deepEqual(more, []);
    }
  });

  test('rotations beside ends of the same secret → it is ended once', async () => {
    const { id } = await api.createWebhook();
    const [first] = await list(id);
    await rotate(id);
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => end(id, first?.id)),
      rotate(id),
    ]);
    assert.deepEqual(statuses(answers), [201, 204, 404, 404, 404]);
    assert.equal((await list(id)).length, 2);
  });
});

const rotate = (id: string, body?: object) => api.call('POST', `/webhooks/${id}/secrets`, body);

const end = (id: string, secretId: string | undefined) =>
  api.call('DELETE', `/webhooks/${id}/secrets/${secretId}`);

async function list(id: string): Promise<WebhookSecret[]> {
  const { status, body } = await api.call('GET', `/webhooks/${id}/secrets`);
  assert.equal(status, 200);
  return (body as { secrets: WebhookSecret[] }).secrets;
}

const ids = (secrets: ({ id: string } | undefined)[]) => new Set(secrets.map((one) => one?.id));

const statuses = (answers: { status: number }[]) =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);

async function read(id: string): Promise<Webhook> {
  return (await api.call('GET', `/webhooks/${id}`)).body as Webhook;
}

async function put(id: string, settings: object): Promise<void> {
  const { status, body } = await api.call('PUT', `/webhooks/${id}`, { ...GIVEN, ...settings });
  assert.equal(status, 200, JSON.stringify(body));
}

/** How many secrets of a webhook are stored beside the present one. */
async function kept(id: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    'select count(*)::int as n from webhook_secrets where webhook_id = $1',
    [id],
  );
  return rows[0]?.n ?? -1;
}

/** What the log says of the secrets of a webhook. */
function told(id: string) {
  return log.lines.flatMap(({ event, fields: { webhook_id, ...fields } }) =>
    webhook_id === id && event.startsWith('webhook.secret') ? [[event, fields] as const] : [],
  );
}
