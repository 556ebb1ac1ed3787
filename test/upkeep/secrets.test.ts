import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { removeEndedSecrets } from '../../src/upkeep/secrets.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { lockRow } from '../setup/row-lock.ts';
import { addWebhookRows } from '../setup/rows.ts';

const ENDED = `now() - interval '1 second'`;
const VALID = `now() + interval '1 hour'`;

suite('secrets whose time is over', { concurrency: 4 }, () => {
  test('they are removed and told of, and those that are valid stay', async (t) => {
    const database = await freshDatabase(t);
    const { pool } = database;
    const [one = '', other = ''] = await addWebhookRows(pool, [{}, {}]);
    const ended = [await add(database, one, ENDED), await add(database, other, ENDED)];
    const valid = await add(database, one, VALID);
    const before = await untils(database);
    const log = keepingLog();
    assert.equal(await removeEndedSecrets({ pool, log }), undefined);
    assert.deepEqual(await left(database), [valid]);
    assert.deepEqual(
      log.lines.map(({ event, fields }) => [event, fields.by]),
      ended.map(() => ['webhook.secret_ended', 'time']),
    );
    assert.deepEqual(new Set(log.lines.map(({ fields }) => fields.secret_id)), new Set(ended));
    const after = await untils(database);
    assert.equal(after.get(other), null, 'nobody looks for its old secrets any more');
    assert.deepEqual(after.get(one), before.get(one), 'they are looked for until the last ends');
  });

  test('somebody holds the webhook → its secret is left for the next time', async (t) => {
    const database = await freshDatabase(t);
    const { pool } = database;
    const [held = '', free = ''] = await addWebhookRows(pool, [{}, {}]);
    const kept = await add(database, held, ENDED);
    await add(database, free, ENDED);
    const release = await lockRow(t, database, { table: 'webhooks', id: held });
    await removeEndedSecrets({ pool, log: silentLog });
    assert.deepEqual(await left(database), [kept]);
    await release();
    await removeEndedSecrets({ pool, log: silentLog });
    assert.deepEqual(await left(database), []);
  });

  test('more than a round takes → all of them in several steps', async (t) => {
    const database = await freshDatabase(t);
    const { pool } = database;
    const ids = await addWebhookRows(
      pool,
      Array.from({ length: 2100 }, () => ({})),
    );
    await pool.query(
      `insert into webhook_secrets (id, webhook_id, secret_token, hub, replaced_at, expires_at)
       select gen_random_uuid(), id, 'old', false, now(), ${ENDED}
       from unnest($1::uuid[]) as id`,
      [ids],
    );
    assert.equal(await removeEndedSecrets({ pool, log: silentLog }), 'more');
    assert.equal(await removeEndedSecrets({ pool, log: silentLog }), undefined);
    assert.deepEqual(await left(database), []);
  });
});

async function add({ pool }: TestDatabase, webhookId: string, until: string): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `insert into webhook_secrets (id, webhook_id, secret_token, hub, replaced_at, expires_at)
     values ($1, $2, 'old', false, now(), ${until})`,
    [id, webhookId],
  );
  await pool.query(
    `update webhooks set old_secrets_until = (
       select max(expires_at) from webhook_secrets where webhook_id = $1) where id = $1`,
    [webhookId],
  );
  return id;
}

async function left({ pool }: TestDatabase): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('select id from webhook_secrets');
  return rows.map(({ id }) => id);
}

async function untils({ pool }: TestDatabase): Promise<Map<string, string | null>> {
  const { rows } = await pool.query<{ id: string; until: string | null }>(
    'select id, old_secrets_until as until from webhooks',
  );
  return new Map(rows.map(({ id, until }) => [id, until]));
}
