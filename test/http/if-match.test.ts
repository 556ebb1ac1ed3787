import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inTransaction } from '../../src/database/transaction.ts';
import { deactivateWebhooks } from '../../src/webhooks/health/deactivate.ts';
import { lockWebhook, replaceWebhook } from '../../src/webhooks/webhook-store.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { NO_KEYS } from '../setup/parts.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { GIVEN } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, UNKNOWN_ID, type RawAnswer } from './request.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);

type Call = { body?: unknown; headers?: Record<string, string> };

function call(method: string, path: string, { body, headers = {} }: Call = {}): Promise<RawAnswer> {
  const json = { 'Content-Type': 'application/json' };
  return send(method, `${api.url}/v1${path}`, {
    headers: { ...(body === undefined ? {} : json), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function tagOf(id: string): Promise<string> {
  return String((await call('GET', `/webhooks/${id}`)).headers.etag);
}

const CHANGED = {
  code: 19,
  message: 'precondition failed',
  details: 'If-Match: the webhook has been changed meanwhile',
};

/** An attempt is noted, as a worker does it. */
async function noteFailure(id: string): Promise<void> {
  await database.pool.query(
    `insert into webhook_states (webhook_id, consecutive_failures, last_failure_at)
     values ($1, 1, now())
     on conflict (webhook_id) do update
     set consecutive_failures = webhook_states.consecutive_failures + 1`,
    [id],
  );
}

const CHANGES: [method: string, body: object][] = [
  ['PUT', { ...GIVEN, name: 'another name' }],
  ['PATCH', { name: 'another name' }],
];

suite('the ETag of a webhook', () => {
  test('POST, GET, PUT and PATCH → a strong one, which the next GET has as well', async () => {
    const created = await call('POST', '/webhooks', { body: GIVEN });
    const { id } = created.json as Webhook;
    const answers = [created, await call('GET', `/webhooks/${id}`)];
    assert.equal(answers[0]?.headers.etag, answers[1]?.headers.etag);
    for (const [method, body] of CHANGES) {
      const answer = await call(method, `/webhooks/${id}`, { body });
      assert.equal(answer.headers.etag, await tagOf(id));
      answers.push(answer);
    }
    const tags = answers.map(({ headers }) => String(headers.etag));
    for (const tag of tags) assert.match(tag, /^"\d{20}-[\w-]{16}"$/);
    assert.equal(new Set(tags).size, 3);
  });

  test('a list, a delivery and what is refused → none', async () => {
    const { id } = await api.createWebhook();
    const body = { webhook_id: id };
    for (const answer of [
      await call('GET', '/webhooks'),
      await call('POST', '/deliveries', { body }),
      await call('GET', `/webhooks/${UNKNOWN_ID}`),
      await call('PATCH', `/webhooks/${id}`, { body: { name: 'x' } }),
    ])
      assert.equal(answer.headers.etag, undefined);
  });

  test('If-None-Match, on GET and HEAD → 304 until anything of it changes, health too', async () => {
    const { id } = await api.createWebhook();
    const headers = { 'If-None-Match': await tagOf(id) };
    for (const method of ['GET', 'HEAD']) {
      const {
        status,
        text,
        headers: answered,
      } = await call(method, `/webhooks/${id}`, { headers });
      assert.deepEqual([status, text, answered.etag], [304, '', headers['If-None-Match']]);
    }
    await noteFailure(id);
    const answer = await call('GET', `/webhooks/${id}`, { headers });
    assert.equal(answer.status, 200);
    const again = { 'If-None-Match': `"x", ${String(answer.headers.etag)}` };
    assert.equal((await call('GET', `/webhooks/${id}`, { headers: again })).status, 304);
    await call('PATCH', `/webhooks/${id}`, { body: {} });
    assert.equal((await call('GET', `/webhooks/${id}`, { headers: again })).status, 200);
  });
});

suite('If-Match', () => {
  for (const [method, body] of CHANGES)
    test(`${method} with the tag of the last answer, or * → done, and the tag holds no more`, async () => {
      const { id } = await api.createWebhook();
      const headers = { 'If-Match': await tagOf(id) };
      const done = await call(method, `/webhooks/${id}`, { body, headers });
      assert.equal(done.status, 200, done.text);
      const late = await call(method, `/webhooks/${id}`, {
        body: { ...body, active: false },
        headers,
      });
      assert.deepEqual([late.status, late.json], [412, CHANGED]);
      const { text } = await call('GET', `/webhooks/${id}`);
      assert.equal(text, done.text);
      const any = { 'If-Match': '*' };
      assert.equal((await call(method, `/webhooks/${id}`, { body, headers: any })).status, 200);
    });

  test('a health that changed meanwhile → the tag still holds', async () => {
    const { id } = await api.createWebhook();
    const tag = await tagOf(id);
    await noteFailure(id);
    assert.notEqual(await tagOf(id), tag);
    const headers = { 'If-Match': tag };
    const answer = await call('PATCH', `/webhooks/${id}`, { body: { active: false }, headers });
    assert.equal(answer.status, 200, answer.text);
  });

  test('Postmand itself has deactivated it meanwhile → 412', async () => {
    const { id } = await api.createWebhook();
    const headers = { 'If-Match': await tagOf(id) };
    await inTransaction(database.pool, (tx) => deactivateWebhooks(tx, [id], { reason: 'gone' }));
    const body = { active: true };
    assert.equal((await call('PATCH', `/webhooks/${id}`, { body, headers })).status, 412);
    assert.equal((await api.call('GET', `/webhooks/${id}`)).body.active, false);
  });

  test('a version 2.1 beside this one has changed it meanwhile → 412', async () => {
    const { id } = await api.createWebhook();
    const headers = { 'If-Match': await tagOf(id) };
    await database.pool.query(
      `update webhooks set name = 'by 2.1', updated_at = now() where id = $1`,
      [id],
    );
    const body = { active: false };
    assert.equal((await call('PATCH', `/webhooks/${id}`, { body, headers })).status, 412);
  });

  test('DELETE → only with a tag that holds; one that is gone already → 204', async () => {
    const { id } = await api.createWebhook();
    const old = { 'If-Match': await tagOf(id) };
    await call('PATCH', `/webhooks/${id}`, { body: { active: false } });
    const late = await call('DELETE', `/webhooks/${id}`, { headers: old });
    assert.deepEqual([late.status, late.json], [412, CHANGED]);
    const headers = { 'If-Match': await tagOf(id) };
    for (const path of [`/webhooks/${id}`, `/webhooks/${id}`, `/webhooks/${UNKNOWN_ID}`])
      assert.equal((await call('DELETE', path, { headers })).status, 204);
    assert.equal((await call('GET', `/webhooks/${id}`)).status, 404);
  });

  test('malformed → 400 that names it, and nothing happens', async () => {
    const { id } = await api.createWebhook();
    const before = await call('GET', `/webhooks/${id}`);
    const headers = { 'If-Match': 'no-quotes' };
    for (const [method, body] of [...CHANGES, ['DELETE', undefined] as const]) {
      const answer = await call(method, `/webhooks/${id}`, { body, headers });
      assert.deepEqual(
        [answer.status, answer.json],
        [
          400,
          {
            code: 4,
            message: 'request validation failed',
            details: 'If-Match: must be * or a list of ETags, with their quotes',
          },
        ],
      );
    }
    assert.equal((await call('GET', `/webhooks/${id}`)).text, before.text);
  });

  test('an unknown webhook → 404, whatever it says; a bad body → 400 before it counts', async () => {
    const headers = { 'If-Match': '"x"' };
    const { id } = await api.createWebhook();
    for (const [method, body] of CHANGES) {
      const unknown = await call(method, `/webhooks/${UNKNOWN_ID}`, { body, headers });
      assert.equal(unknown.status, 404);
      const bad = await call(method, `/webhooks/${id}`, { body: { ...body, name: 'x' }, headers });
      assert.equal(bad.status, 400);
    }
  });

  test('many editors with the same tag at once → exactly one wins each round', async () => {
    const { id } = await api.createWebhook();
    for (let round = 0; round < 10; round += 1) {
      const headers = { 'If-Match': await tagOf(id) };
      const names = Array.from({ length: 8 }, (_one, i) => `editor ${round}.${i}`);
      const answers = await Promise.all(
        names.map((name, i) =>
          call(i % 2 === 0 ? 'PATCH' : 'PUT', `/webhooks/${id}`, {
            body: { ...GIVEN, name },
            headers,
          }),
        ),
      );
      const won = names.filter((_name, i) => answers[i]?.status === 200);
      assert.equal(won.length, 1, answers.map(({ status }) => status).join());
      assert.equal(answers.filter(({ status }) => status === 412).length, 7);
      assert.equal((await api.call('GET', `/webhooks/${id}`)).body.name, won[0]);
    }
  });

  test('a change whose transaction began first and got the row last → still the later version', async () => {
    const { id } = await api.createWebhook();
    const [first, last] = await inTransaction(database.pool, async (tx) => {
      await tx.query('select now()');
      const { json } = await call('PATCH', `/webhooks/${id}`, { body: { name: 'first' } });
      const before = await lockWebhook({ tx, vault: NO_KEYS }, id);
      assert.ok(before);
      return [
        json as Webhook,
        await replaceWebhook({ tx, vault: NO_KEYS }, id, { ...before, name: 'last' }),
      ];
    });
    assert.ok(last && last.updated_at > (first?.updated_at ?? ''));
    assert.equal((await api.call('GET', `/webhooks/${id}`)).body.updated_at, last.updated_at);
  });
});
