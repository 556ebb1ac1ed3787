import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Client } from 'pg';
import { examine } from '../../src/database/examine.ts';
import { createPool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { connectionTo } from '../setup/connection.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { NO_POOLER, startPooler } from '../setup/pooler.ts';

suite('through a pooler', { skip: NO_POOLER }, () => {
  for (const mode of ['transaction', 'session'] as const) {
    test(`one in ${mode} mode → found out`, async (t) => {
      const { url } = await behind(t, { pool_mode: mode });
      assert.equal((await examine(await connectionTo(url))).pooler, mode);
    });
  }

  test('one that takes its sessions in turn → found out', async (t) => {
    const { url } = await behind(t, { server_round_robin: '1' });
    const connection = await connectionTo(url);
    for (let round = 0; round < 3; round += 1)
      assert.equal((await examine(connection)).pooler, 'transaction');
  });

  test('none → nothing is said of one', async (t) => {
    const { connection } = await freshDatabase(t);
    assert.equal((await examine(connection)).pooler, undefined);
  });

  test('another client has set its session otherwise → statements have our settings, and it finds its own again', async (t) => {
    const { url, pool } = await behind(t, { default_pool_size: '1' });
    const other = new Client(url);
    await other.connect();
    lastFirst(t).after(() => other.end());
    const theirs = { intervalstyle: 'sql_standard', search_path: 'pg_catalog', jit: 'on' };
    for (const [name, value] of Object.entries(theirs))
      await other.query(`select set_config($1, $2, false)`, [name, value]);
    const read = `select current_setting('statement_timeout') as timeout, now(),
      interval '1 day 2 hours' as style, current_setting('search_path') as path`;
    const inside = await inTransaction(pool, (tx) => tx.query(read));
    for (const { rows } of [await pool.query(read), await pool.query(read, []), inside]) {
      assert.equal(rows[0].timeout, '1s');
      assert.match(rows[0].now, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      assert.deepEqual({ ...rows[0].style }, { days: 1, hours: 2 });
      assert.equal(rows[0].path, '"$user", public');
    }
    for (const [name, value] of Object.entries(theirs)) {
      const { rows } = await other.query('select current_setting($1) as value', [name]);
      assert.equal(rows[0].value, value);
    }
    const { rows } = await other.query(
      `select current_setting('statement_timeout') as timeout,
         (select count(*) from pg_prepared_statements)::integer as prepared`,
    );
    assert.deepEqual(rows, [{ timeout: '0', prepared: 0 }]);
  });

  for (const [what, run] of [
    ['alone', (pool: Pool, text: string) => pool.query(text)],
    ['in a transaction', (pool: Pool, text: string) => inTransaction(pool, (tx) => tx.query(text))],
  ] as const) {
    test(`a statement ${what} that takes too long → PostgreSQL ends it, and the pool goes on`, async (t) => {
      const { pool } = await behind(t);
      await assert.rejects(run(pool, 'select pg_sleep(30)'), { code: '57014' });
      assert.equal((await pool.query('select')).rowCount, 1);
    });
  }
});

type Pool = ReturnType<typeof createPool>;

async function behind(t: TestContext, settings: Record<string, string> = {}) {
  const database = await freshDatabase(t);
  const pooler = await startPooler(database.url, settings);
  lastFirst(t).after(() => pooler.stop());
  const url = pooler.through(database.url);
  const connection = await examine(await connectionTo(url));
  const options = { max: 2, name: 'pooled', log: silentLog, statementTimeoutMs: 1000 };
  const pool = createPool(connection, options);
  lastFirst(t).after(() => pool.end());
  return { url, connection, pool };
}
