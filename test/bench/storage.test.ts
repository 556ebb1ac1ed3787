import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { countStatements, readCounters } from '../../bench/statements.ts';
import { startStorageMeter } from '../../bench/storage.ts';
import { freshDatabase } from '../setup/database.ts';
import { until } from '../setup/until.ts';

suite('what the benchmark reads from PostgreSQL', () => {
  test('rows that are written → their bytes in WAL, tables and indexes', async (t) => {
    const { pool } = await freshDatabase(t);
    await pool.query('create table kept (id integer primary key, text text)');
    const storage = await startStorageMeter(pool);
    await pool.query(
      `insert into kept (id, text) select n, repeat('x', 500) from generate_series(1, 1000) as n`,
    );
    const [wal, indexes, tables] = (await storage(1000)).map(({ value }) => value ?? 0);
    // A row of 500 characters, and an index entry of 16 bytes or more.
    assert.ok(tables && tables > 500 && tables < 1000, `${tables} in tables`);
    assert.ok(indexes && indexes > 16 && indexes < 100, `${indexes} in indexes`);
    assert.ok(wal && wal > tables, `${wal} in the WAL`);
  });

  test('commits → transactions are counted, and statements only where PostgreSQL counts them', async (t) => {
    const { pool } = await freshDatabase(t);
    await countStatements(pool);
    const before = await readCounters(pool);
    assert.equal(before.statements, undefined);
    for (let i = 0; i < 5; i += 1) await pool.query('select 1');
    await until('five transactions more', async () => {
      const { transactions } = await readCounters(pool);
      return (transactions ?? 0) >= (before.transactions ?? NaN) + 5;
    });
  });
});
