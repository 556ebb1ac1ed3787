import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type Pool } from '../../src/database/pool.ts';
import { hot } from '../../src/database/statement-names.ts';
import { inTransaction, NOT_DURABLE } from '../../src/database/transaction.ts';
import { freshDatabase } from '../setup/database.ts';
import { silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';

suite('prepared statements', { concurrency: 4 }, () => {
  test('statements of transactions and hot reads → each is prepared once a session; other reads are not', async (t) => {
    const pool = await onePool(t);
    for (let times = 0; times < 4; times += 1) {
      await add(pool, times);
      await pool.query(hot('select n from notes where n = $1', [times]));
      await pool.query('select n from notes where n > $1', [times]);
    }
    assert.deepEqual(await prepared(pool), [
      'begin',
      'insert into notes values ($1)',
      'select n from notes where n = $1',
    ]);
  });

  test('the same statement under other settings → is prepared for itself', async (t) => {
    const pool = await onePool(t);
    for (let times = 0; times < 3; times += 1) {
      await add(pool, times);
      await add(pool, times, NOT_DURABLE);
    }
    const texts = (await prepared(pool)).filter((text) => text.startsWith('insert'));
    assert.equal(texts.length, 2);
  });

  test('a column that a migration gives another type meanwhile → the transaction and the read run again on another session', async (t) => {
    const pool = await onePool(t);
    const all = () =>
      inTransaction(pool, (tx) => tx.query('select n from notes where n = $1', [1]));
    const read = () => pool.query(hot('select n from notes where n = $1', [1]));
    await add(pool, 1);
    for (let times = 0; times < 3; times += 1) await Promise.all([all(), read()]);
    await pool.query('alter table notes alter column n type bigint');
    assert.deepEqual((await all()).rows, [{ n: '1' }]);
    for (let times = 0; times < 3; times += 1) await read();
    await pool.query('alter table notes alter column n type integer');
    assert.deepEqual((await read()).rows, [{ n: 1 }]);
    assert.ok((await prepared(pool)).length > 0, 'names are still given');
  });

  for (const [what, spoil] of [
    ['does not have a statement any more', 'deallocate all'],
    ['has one of that name already', `prepare NAME as select 1`],
  ] as const) {
    test(`a session that ${what}, as behind a pooler → the transaction runs again, and nothing has a name any more`, async (t) => {
      const pool = await onePool(t);
      let unnamed = 0;
      pool.server.on('unnamed', () => (unnamed += 1));
      for (let times = 0; times < (spoil === 'deallocate all' ? 3 : 1); times += 1)
        await add(pool, times);
      const text = 'insert into notes values ($1)';
      await pool.query(spoil.replace('NAME', pool.server.names.nameOf(text, 'begin') ?? ''));
      await add(pool, 10);
      await add(pool, 11);
      const { rows } = await pool.query<{ n: number }>('select n from notes where n >= 10');
      assert.deepEqual(
        rows.map(({ n }) => n),
        [10, 11],
      );
      assert.deepEqual([await prepared(pool), unnamed], [[], 1]);
    });
  }

  test('a plan that was made while the table was empty → is soon made anew', async (t) => {
    const pool = await onePool(t);
    await pool.query('create table jobs (id integer primary key)');
    await pool.query('vacuum analyze jobs');
    const text = 'select id from jobs where id = $1';
    const plan = async () => {
      await inTransaction(pool, (tx) => tx.query(text, [1]));
      const name = pool.server.names.nameOf(text, 'begin');
      const { rows } = await pool.query(`explain execute ${name}(1)`);
      return JSON.stringify(rows);
    };
    await inTransaction(pool, (tx) => tx.query(text, [1]));
    for (let times = 0; times < 8; times += 1) assert.match(await plan(), /Seq Scan/);
    await pool.query('insert into jobs select generate_series(1, 10000)');
    await until('the index is used', async () => /Index (Only )?Scan/.test(await plan()));
  });
});

suite('a transaction in few round trips', { concurrency: 4 }, () => {
  test('it cannot begin as it was told → its first statement is not run', async (t) => {
    const pool = await onePool(t);
    const begin = 'begin; set local statement_timeout = nonsense';
    await assert.rejects(add(pool, 1, begin), { code: '22023' });
    assert.equal((await pool.query('select from notes')).rowCount, 0);
    await add(pool, 2);
  });

  test('statements to be run later → run in their order, before the next one or the commit', async (t) => {
    const pool = await onePool(t);
    const seen = await inTransaction(pool, async (tx) => {
      tx.later('insert into notes values ($1)', [1]);
      tx.later('update notes set n = n + $1', [1]);
      const { rows } = await tx.query('select n from notes');
      tx.later('insert into notes values ($1)', [3]);
      return rows;
    });
    assert.deepEqual(seen, [{ n: 2 }]);
    const { rows } = await pool.query('select n from notes order by n');
    assert.deepEqual(rows, [{ n: 2 }, { n: 3 }]);
  });

  test('an empty statement among others → does nothing', async (t) => {
    const pool = await onePool(t);
    await inTransaction(pool, async (tx) => {
      tx.later('-- nothing', []);
      tx.later('insert into notes values ($1)', [1]);
      assert.equal((await tx.query('select n from notes')).rowCount, 1);
    });
    assert.equal((await pool.query('select from notes')).rowCount, 1);
  });

  test('nothing but statements to be run later → they are committed', async (t) => {
    const pool = await onePool(t);
    await inTransaction(pool, async (tx) => tx.later('insert into notes values ($1)', [1]));
    assert.equal((await pool.query('select from notes')).rowCount, 1);
  });

  test('one that is refused → the transaction fails with the reason, and nothing is committed', async (t) => {
    const pool = await onePool(t);
    const failing = inTransaction(pool, async (tx) => {
      await tx.query('insert into notes values ($1)', [1]);
      tx.later('insert into notes values ($1 / 0)', [1]);
      tx.later('insert into notes values ($1)', [2]);
    });
    await assert.rejects(failing, { code: '22012' });
    assert.equal((await pool.query('select from notes')).rowCount, 0);
    const { rows } = await pool.query<{ n: number }>('select count(*)::integer as n from notes');
    assert.deepEqual([rows, pool.totalCount], [[{ n: 0 }], 1]);
    for (let times = 0; times < 3; times += 1) await add(pool, times);
  });

  test('it goes on for seconds after a refusal → goes back to its savepoint, and is committed', async (t) => {
    const pool = await onePool(t);
    await inTransaction(pool, async (tx) => {
      await tx.query('insert into notes values ($1)', [1]);
      await tx.query('savepoint before');
      await assert.rejects(tx.query('select 1 / 0'), { code: '22012' });
      await sleep(3100);
      await tx.query('rollback to before');
      await tx.query('insert into notes values ($1)', [2]);
    });
    assert.equal((await pool.query('select from notes')).rowCount, 2);
  });

  test('statements that are asked for at once → run in their order', async (t) => {
    const pool = await onePool(t);
    await inTransaction(pool, (tx) =>
      Promise.all([1, 2, 3].map((n) => tx.query('insert into notes values ($1)', [n]))),
    );
    const { rows } = await pool.query('select n from notes');
    assert.deepEqual(rows, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  });
});

/** A pool of one connection, on a database with a table. */
async function onePool(t: TestContext): Promise<Pool> {
  const { connection } = await freshDatabase(t);
  const pool = createPool(connection, { max: 1, name: 'under test', log: silentLog });
  t.after(() => pool.end());
  await pool.query('create table notes (n integer)');
  return pool;
}

async function add(pool: Pool, n: number, begin?: string): Promise<void> {
  await inTransaction(pool, (tx) => tx.query('insert into notes values ($1)', [n]), begin);
}

/** Texts of what is prepared in the session of the pool. */
async function prepared(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ statement: string }>(
    `select statement from pg_prepared_statements where name like 'postmand\\_%' order by statement`,
  );
  return rows.map(({ statement }) => statement);
}
