import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Client } from 'pg';
import { createApplication } from '../../setup/application.ts';
import { freshDatabase } from '../../setup/database.ts';
import { lockRow } from '../../setup/row-lock.ts';
import { addWebhook } from '../../setup/rows.ts';
import { startApi } from '../../setup/service.ts';
import { GIVEN } from '../../setup/settings.ts';

suite('callers of postmand.enqueue', { concurrency: 2 }, () => {
  test('ten open transactions of the same webhook and ordering key → nobody waits, and they commit in any order', async (t) => {
    const { webhook, callers, pool } = await openCallers(t, 10);
    for (const [i, caller] of callers.entries()) await enqueue(caller, webhook.id, String(i));
    for (const caller of [...callers.slice(5).toReversed(), ...callers.slice(0, 5)])
      await caller.query('commit');
    const { rows } = await pool.query<{ payload: string }>(
      'select payload from deliveries order by outbox_place',
    );
    assert.deepEqual(
      rows.map(({ payload }) => payload),
      callers.map((_, i) => String(i)),
    );
  });

  test('open while their webhook is changed and deleted by the API → that waits for none of them', async (t) => {
    const { webhook, callers, ...database } = await openCallers(t, 2);
    const api = await startApi(t, database);
    const call = async (method: string, body?: unknown) =>
      (await api.call(method, `/webhooks/${webhook.id}`, body)).status;
    const [before, between] = callers as [Client, Client];
    await enqueue(before, webhook.id, 'before');
    assert.equal(await call('PATCH', { active: false }), 200);
    assert.equal(await call('PUT', { ...GIVEN, name: 'another' }), 200);
    await enqueue(between, webhook.id, 'between');
    assert.equal(await call('DELETE'), 204);
    await assert.rejects(enqueue(between, webhook.id, 'after'), { code: 'PM005' });
    await before.query('commit');
  });

  test('beside a transaction that changes, hides or is about to remove their webhook → they do not wait for it', async (t) => {
    const { webhook, callers, pool, ...database } = await openCallers(t, 1);
    const [caller] = callers as [Client];
    const other = await pool.connect();
    for (const change of [`name = 'a third'`, 'deleted_at = now()']) {
      await other.query(`begin; update webhooks set ${change} where id = '${webhook.id}'`);
      await enqueue(caller, webhook.id, change);
      await other.query('rollback');
    }
    other.release();
    await caller.query('commit');

    await pool.query('update webhooks set deleted_at = now()');
    const release = await lockRow(t, { ...database, pool }, { table: 'webhooks', id: webhook.id });
    await assert.rejects(enqueue(caller, webhook.id, 'removed'), { code: 'PM005' });
    await release();
  });
});

/** Callers in a transaction, for each of whom it is an error to wait for a lock. */
async function openCallers(t: TestContext, count: number) {
  const database = await freshDatabase(t);
  const webhook = await addWebhook(database);
  const application = await createApplication(t, database);
  const callers = await Promise.all(Array.from({ length: count }, () => application.connect()));
  for (const caller of callers) await caller.query(`set lock_timeout = '1ms'; begin`);
  return { ...database, webhook, callers };
}

async function enqueue(caller: Client, webhookId: string, payload: string): Promise<void> {
  await caller.query(`select postmand.enqueue($1, $2, 'the same key')`, [webhookId, payload]);
}
