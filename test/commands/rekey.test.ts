import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Queryable } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { storedOldSecrets } from '../../src/webhooks/secrets/row-secrets.ts';
import { Vault } from '../../src/webhooks/secrets/vault.ts';
import { listWebhooks } from '../../src/webhooks/webhook-list.ts';
import { findWebhook, insertWebhook, replaceWebhook } from '../../src/webhooks/webhook-store.ts';
import { postmand, type Command } from '../setup/command.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { keyOf, keySettings } from '../setup/keys.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { NO_KEYS } from '../setup/parts.ts';
import { lockRow } from '../setup/row-lock.ts';
import { SETTINGS } from '../setup/settings.ts';
import { until } from '../setup/until.ts';
import { ending } from './processes.ts';

const PAGE = { limit: 1000, offset: 0, createdAt: {} };
const HEADERS = { 'X-Key': 'hunter2-header' };
const AUTH = { type: 'bearer', token: 'hunter2-bearer' } as const;

/** Webhooks with all kinds of secrets, one of which has also an old one, and one without any. */
async function addSecrets({ pool }: TestDatabase, vault: Vault, count = 3): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await inTransaction(pool, async (tx) => {
    for (const [i, id] of ids.entries())
      await insertWebhook({ tx, vault }, id, {
        ...SETTINGS,
        name: `webhook ${i}`,
        secret_token: `hunter2-token-${i}`,
        headers: HEADERS,
        auth: AUTH,
      });
    await insertWebhook({ tx, vault }, randomUUID(), { ...SETTINGS, name: 'w', secret_token: '' });
    const id = randomUUID();
    const old = storedOldSecrets(vault, id, {
      secret_token: 'hunter2-old',
      signing_key: 'whsk_hunter2',
    });
    await tx.query(
      `insert into webhook_secrets (id, webhook_id, secret_token, signing_key, sealed, hub,
         replaced_at, expires_at)
       values ($1, $2, $3, $4, $5, false, now(), now() + interval '1 hour')`,
      [id, ids[0], old.secret_token, old.signing_key, old.sealed],
    );
  });
  return ids;
}

/** `args` are flags and the ids of keys. */
function rekey(t: Cleanup, { url }: TestDatabase, args: readonly string[]): Command {
  const [flags, keys] = [true, false].map((are) =>
    args.filter((one) => one.startsWith('--') === are),
  ) as [string[], string[]];
  const env = { POSTMAND_DATABASE_URL: url, ...keySettings(...keys) };
  return postmand(t, ['rekey', ...flags], { env });
}

/** What a rekey that does its work says in the end. */
async function done(command: Command): Promise<Record<string, unknown>> {
  const end = await ending(command, 60_000);
  assert.deepEqual(end, { code: 0, signal: null }, command.output.stderr);
  const { webhooks, secrets, key_id, unused_key_ids } = await command.event('rekey.done');
  return { webhooks, secrets, key_id, unused_key_ids };
}

/** The key of each row with secrets, or `plain`. */
async function keysOf(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ key: string }>(
    `select coalesce(split_part(sealed, '.', 2), 'plain') as key from webhooks
     where sealed is not null or secret_token <> ''
     union
     select coalesce(split_part(sealed, '.', 2), 'plain') from webhook_secrets order by key`,
  );
  return rows.map(({ key }) => key);
}

/** Every row of every table, as a dump would have it. */
async function dump(db: Queryable): Promise<string> {
  const { rows: tables } = await db.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('public', 'postmand_queue')`,
  );
  assert.ok(tables.length > 5);
  const texts = tables.map(async ({ name }) => {
    const { rows } = await db.query<{ text: string }>(`select t::text as text from ${name} t`);
    return rows.map(({ text }) => text).join('\n');
  });
  return (await Promise.all(texts)).join('\n');
}

/** All webhooks as the API reads them, and when they were updated. */
const shown = (pool: TestDatabase['pool'], ...keys: string[]) =>
  listWebhooks({ db: pool, vault: new Vault(keys.map(keyOf)) }, {}, PAGE);

suite('postmand rekey', { concurrency: 2 }, () => {
  test('plain secrets → all are encrypted, nothing shows in any table, and each webhook is as it was', async (t) => {
    const database = await freshDatabase(t);
    await addSecrets(database, NO_KEYS, 120);
    const before = await shown(database.pool);
    assert.match(await dump(database.pool), /hunter2/);
    const result = await done(rekey(t, database, ['a']));
    assert.deepEqual(result, { webhooks: 120, secrets: 1, key_id: 'a', unused_key_ids: [] });
    assert.doesNotMatch(await dump(database.pool), /hunter2|X-Key/);
    assert.deepEqual(await shown(database.pool, 'a'), before);
    const again = await done(rekey(t, database, ['a']));
    assert.deepEqual([again['webhooks'], again['secrets']], [0, 0]);
  });

  test('another key first → all are encrypted with it, and the old one may be removed', async (t) => {
    const database = await freshDatabase(t);
    await addSecrets(database, new Vault([keyOf('old')]));
    const before = await shown(database.pool, 'old');
    const result = await done(rekey(t, database, ['new', 'old']));
    assert.deepEqual(result, { webhooks: 3, secrets: 1, key_id: 'new', unused_key_ids: ['old'] });
    assert.deepEqual(await shown(database.pool, 'new'), before);
    assert.deepEqual(await keysOf(database.pool), ['new']);
  });

  test('--decrypt → all is stored as it was without a key', async (t) => {
    const database = await freshDatabase(t);
    await addSecrets(database, new Vault([keyOf('a')]));
    const before = await shown(database.pool, 'a');
    const result = await done(rekey(t, database, ['a', '--decrypt']));
    assert.deepEqual(result, { webhooks: 3, secrets: 1, key_id: null, unused_key_ids: ['a'] });
    assert.deepEqual(await shown(database.pool), before);
    assert.deepEqual(await keysOf(database.pool), ['plain']);
  });

  for (const [what, args, message] of [
    ['no key', [], /^postmand: POSTMAND_ENCRYPTION_KEYS is not set: there is no key/],
    ['no key, to decrypt', ['--decrypt'], /^postmand: Secrets of .* the key "a", .* not set\./],
    ['a key in use is missing', ['b'], /^postmand: Secrets of webhooks .* the key "a"/],
  ] as const) {
    test(`${what} → exit 1 with the reason, and nothing is changed`, async (t) => {
      const database = await freshDatabase(t);
      await addSecrets(database, new Vault([keyOf('a')]));
      const command = rekey(t, database, args);
      assert.deepEqual(await ending(command, 60_000), { code: 1, signal: null });
      assert.match(command.output.stderr, message);
      assert.deepEqual(await keysOf(database.pool), ['a']);
    });
  }

  test('one that does not open → it is named and left alone, all others are done, exit 1', async (t) => {
    const database = await freshDatabase(t);
    const [id] = await addSecrets(database, new Vault([keyOf('old')]));
    await database.pool.query(`update webhooks set sealed = sealed || 'AAAA' where id = $1`, [id]);
    const command = rekey(t, database, ['new', 'old']);
    assert.deepEqual(await ending(command, 60_000), { code: 1, signal: null });
    assert.match(command.output.stderr, /The secrets of 1 rows cannot be opened/);
    const told = command.lines.filter(({ event }) => event === 'rekey.row_locked');
    assert.deepEqual(
      told.map(({ id, key_id, level }) => [id, key_id, level]),
      [[id, 'old', 'error']],
    );
    const { rows } = await database.pool.query(
      `select count(*)::integer as count from webhooks where sealed like 'v1.new.%'`,
    );
    assert.deepEqual(rows, [{ count: 2 }]);
    assert.ok(!(command.output.stderr + command.output.stdout).includes('hunter2'));
  });

  test('a row that somebody holds → the others are done meanwhile, and that one when it is free', async (t) => {
    const database = await freshDatabase(t);
    const [id = ''] = await addSecrets(database, new Vault([keyOf('old')]));
    const release = await lockRow(t, database, { table: 'webhooks', id });
    const command = rekey(t, database, ['new', 'old']);
    await untilKeys(database, ['new', 'old'], 3);
    assert.equal(command.process.exitCode, null);
    await release();
    assert.equal((await done(command))['webhooks'], 3);
    assert.deepEqual(await keysOf(database.pool), ['new']);
  });

  test('two at once → both are done, and each row was written once', async (t) => {
    const database = await freshDatabase(t);
    await addSecrets(database, NO_KEYS, 300);
    const both = [rekey(t, database, ['a']), rekey(t, database, ['a'])];
    const results = await Promise.all(both.map(done));
    const sum = (name: string) => results.reduce((all, one) => all + Number(one[name]), 0);
    assert.deepEqual([sum('webhooks'), sum('secrets')], [300, 1]);
    assert.deepEqual(await keysOf(database.pool), ['a']);
  });

  test('webhooks are replaced all the while → each has what it was given last, encrypted with the new key', async (t) => {
    const database = await freshDatabase(t);
    const { pool } = database;
    const ids = await addSecrets(database, new Vault([keyOf('old')]), 60);
    const vault = new Vault([keyOf('new'), keyOf('old')]);
    const command = rekey(t, database, ['new', 'old']);
    let ended = false;
    void command.exited.then(() => (ended = true));
    const last = new Map<string, string>();
    for (let n = 0; !ended || n < ids.length; n += 1) {
      const id = ids[n % ids.length] ?? '';
      const secret_token = `hunter2-put-${n}`;
      await inTransaction(pool, (tx) =>
        replaceWebhook({ tx, vault }, id, { ...SETTINGS, secret_token }),
      );
      last.set(id, secret_token);
    }
    await done(command);
    const found = await Promise.all(ids.map((id) => findWebhook({ db: pool, vault }, id)));
    assert.deepEqual(
      found.map((one) => one?.secret_token),
      ids.map((id) => last.get(id)),
    );
    assert.deepEqual(await keysOf(pool), ['new']);
  });
});

/** Waits until the rows have these keys, all but one of the webhooks the first one. */
async function untilKeys({ pool }: TestDatabase, keys: string[], count: number): Promise<void> {
  await until('the free rows are done', async () => {
    const { rows } = await pool.query<{ count: number }>(
      `select count(*)::integer as count from (
         select sealed from webhooks union all select sealed from webhook_secrets
       ) as row where sealed like $1`,
      [`v1.${keys[0]}.%`],
    );
    return rows[0]?.count === count;
  });
  assert.deepEqual(await keysOf(pool), keys);
}
