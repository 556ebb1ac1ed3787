import { randomBytes } from 'node:crypto';
import { createPool } from '../../src/database/pool.ts';
import { connectionTo } from '../setup/connection.ts';
import { freshDatabase, withDatabase, type TestDatabase } from '../setup/database.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';

/** A bare database with an encoding of its own, gone after the test. */
export async function encodedDatabase(t: Cleanup, encoding: string): Promise<TestDatabase> {
  const { pool: server, url: other } = await freshDatabase(lastFirst(t), 'template0');
  const name = `t_${randomBytes(6).toString('hex')}`;
  const { rows } = await server.query<{ version: number }>(
    `select current_setting('server_version_num')::integer as version`,
  );
  const provider = (rows[0]?.version ?? 0) >= 150_000 ? 'locale_provider libc' : '';
  await server.query(
    `create database ${name} encoding '${encoding}' ${provider} lc_collate 'C' lc_ctype 'C' template template0`,
  );
  const url = withDatabase(other, name);
  const connection = await connectionTo(url);
  const pool = createPool(connection, { max: 10, name: 'test', log: silentLog });
  lastFirst(t).after(async () => {
    await pool.end();
    await server.query(`drop database ${name} with (force)`);
  });
  return { url, connection, pool };
}
