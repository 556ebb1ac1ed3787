import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start } from '../../sdk/program.ts';
import { createApplication } from '../../setup/application.ts';
import { freshDatabase } from '../../setup/database.ts';
import { addWebhook } from '../../setup/rows.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const page = await readFile(path.join(ROOT, 'docs/outbox.md'), 'utf8');

/** The blocks of code in a language, in their order. */
const blocks = (language: string) =>
  Array.from(
    page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms')),
    ([, code = '']) => code,
  );

suite('docs/outbox.md', { concurrency: 2 }, () => {
  test('its SQL, one block after the other → every grant works, and each delivery is there', async (t) => {
    const { pool, application, ours } = await shop(t);
    const app = await application.connect();
    const isOperators = /^(grant|alter database)/;
    const sql = blocks('sql').map(ours);
    for (const block of sql.filter((one) => isOperators.test(one))) await pool.query(block);
    await pool.query(`revoke postmand_enqueue from ${application.role}`);
    for (const block of sql.filter((one) => !isOperators.test(one))) await app.query(block);
    const { rows } = await pool.query(
      `select payload::jsonb ->> 'order' as order, ordering_key as key from deliveries
       order by outbox_place`,
    );
    assert.deepEqual(rows, [
      { order: '1042', key: 'order-1042' },
      { order: '1042', key: 'order-1042' },
      { order: '1044', key: null },
    ]);
    const events = await pool.query(
      `select payload::jsonb ->> 'order' as order, ordering_key as key, metadata from events`,
    );
    assert.deepEqual(events.rows, [
      { order: '1049', key: 'order-1049', metadata: { region: 'eu' } },
    ]);
  });

  test('its program in JavaScript → an order and its delivery; with a webhook that is gone → neither', async (t) => {
    const { pool, application, webhookId } = await shop(t);
    const folder = await mkdtemp(path.join(tmpdir(), 'postmand-outbox-'));
    t.after(() => rm(folder, { recursive: true }));
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    const [program = ''] = blocks('js');
    await writeFile(path.join(folder, 'place-order.mjs'), program);
    await pool.query(`grant postmand_enqueue to ${application.role}`);
    const run = () =>
      start(t, ['node', 'place-order.mjs'], {
        cwd: folder,
        env: { DATABASE_URL: application.url, WEBHOOK_ID: webhookId },
      });
    const placed = run();
    assert.equal(await placed.exited, 0, placed.output.stderr);
    const { rows } = await pool.query('select id from deliveries');
    assert.deepEqual(rows, [{ id: placed.output.stdout.trim() }]);

    const orders = `${application.role}.orders`;
    await pool.query(`update webhooks set deleted_at = now();
       delete from idempotency_keys; delete from ${orders}`);
    const refused = run();
    assert.equal(await refused.exited, 1);
    assert.match(refused.output.stderr, /^That webhook was deleted\./);
    assert.equal((await pool.query(`select from ${orders}`)).rowCount, 0);
  });
});

/** An application with a table of its own. */
async function shop(t: TestContext) {
  const database = await freshDatabase(t);
  const { id: webhookId } = await addWebhook(database);
  const application = await createApplication(t, database, null);
  await database.pool.query(
    `create schema authorization ${application.role}
       create table orders (id bigint primary key, total numeric not null)`,
  );
  await database.pool.query(`insert into event_types (name) values ('order.paid')`);
  const { rows } = await database.pool.query<{ name: string }>('select current_database() as name');
  const ours = (sql: string) =>
    sql
      .replaceAll(/\bto shop\b/g, `to ${application.role}`)
      .replaceAll('database shop', `database ${rows[0]?.name}`)
      .replaceAll('3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10', webhookId);
  return { ...database, application, webhookId, ours };
}
