import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { NO_POOLER, startPooler } from '../setup/pooler.ts';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { ending, startServer, startWorker } from './processes.ts';

const WARNING = 'worker.polling_only';

suite('processes behind a pooler in transaction mode', { skip: NO_POOLER, concurrency: 2 }, () => {
  test('without a direct URL → workers say that they poll, deliver, and one of them has the turn', async (t) => {
    const { database, pooled } = await behind(t);
    const { api } = await startServer(t, { url: pooled });
    const polling = { POSTMAND_POLLING_INTERVAL: '200' };
    const first = await startWorker(t, { url: pooled }, polling);
    const second = await startWorker(t, { url: pooled }, polling);
    for (const { lines } of [first, second]) {
      const [said, ...more] = lines.filter(({ event }) => event === WARNING);
      assert.equal(said?.['polling_interval_ms'], 200);
      assert.deepEqual(more, []);
    }
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'succeeded');
    assert.deepEqual(await listening(database), []);

    const before = await holder(database);
    const [holding, other] = [first, second];
    await Promise.all([holding.end(), other.end()]);
    assert.equal(await holder(database), undefined, 'given back at the end');
    await startWorker(t, { url: pooled }, polling);
    await until('somebody else has the turn', async () => {
      const now = await holder(database);
      return now !== undefined && now !== before;
    });
  });

  test('with a direct URL → a worker listens there, has its leases there, and holds no lock elsewhere', async (t) => {
    const { database, pooled } = await behind(t);
    const env = { POSTMAND_DATABASE_DIRECT_URL: database.url, POSTMAND_POLLING_INTERVAL: '60000' };
    const { api } = await startServer(t, { url: pooled }, env);
    const worker = await startWorker(t, { url: pooled }, env);
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'succeeded');
    assert.equal(worker.lines.filter(({ event }) => event === WARNING).length, 0);
    assert.deepEqual(await listening(database), ['postmand worker listen']);
    assert.equal(await holder(database), undefined);
  });

  test('a direct URL that leads to another database, or through the pooler → refused, without its password', async (t) => {
    const { database, pooled } = await behind(t);
    const elsewhere = await freshDatabase(t);
    for (const [direct, reason] of [
      [elsewhere.url, /DIRECT_URL \(.*\) does not lead to the database of POSTMAND_DATABASE_URL/],
      [`${pooled}&application_name=x`, /a pooler hands each transaction .* to the server itself/],
    ] as const) {
      const env = { POSTMAND_DATABASE_URL: pooled, POSTMAND_DATABASE_DIRECT_URL: direct };
      const worker = postmand(t, ['worker'], { env });
      assert.equal((await ending(worker)).code, 1);
      assert.match(worker.output.stderr, reason);
      const { password } = new URL(database.url);
      assert.equal(worker.output.stderr.includes(password), false);
    }
  });

  test('migrate → refused; with a direct URL → done', async (t) => {
    const database = await freshDatabase(t, 'template0');
    const pooler = await startPooler(database.url);
    lastFirst(t).after(() => pooler.stop());
    const env = { POSTMAND_DATABASE_URL: pooler.through(database.url) };
    const refused = postmand(t, ['migrate'], { env });
    assert.equal((await ending(refused)).code, 1);
    assert.match(refused.output.stderr, /Set POSTMAND_DATABASE_DIRECT_URL to the server itself/);
    const direct = { ...env, POSTMAND_DATABASE_DIRECT_URL: database.url };
    const migrate = postmand(t, ['migrate'], { env: direct });
    assert.equal((await ending(migrate, 60_000)).code, 0);
    const status = postmand(t, ['migrate', 'status'], { env });
    assert.equal((await ending(status)).code, 0);
  });
});

type Database = Awaited<ReturnType<typeof freshDatabase>>;

async function behind(t: TestContext) {
  const database = await freshDatabase(t);
  const pooler = await startPooler(database.url);
  lastFirst(t).after(() => pooler.stop());
  return { database, pooled: pooler.through(database.url) };
}

/** Names of sessions that hold the lock of the turn, or listen, as these do. */
async function listening({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and (query ilike 'listen %'
         or pid in (select pid from pg_locks where locktype = 'advisory'))`,
  );
  return rows.map(({ name }) => name);
}

/** The worker that has the turn by the row. */
async function holder({ pool }: Database): Promise<string | undefined> {
  const { rows } = await pool.query<{ worker: string }>('select worker from upkeep_turn');
  return rows[0]?.worker;
}
