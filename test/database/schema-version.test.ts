import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { exitStatus } from '../setup/exit-status.ts';
import { NAMES } from './schema.ts';

for (const name of ['server', 'worker']) {
  suite(`postmand ${name}`, { concurrency: 4 }, () => {
    test('a database that was never migrated → exit status 1, naming the command to run', async (t) => {
      const { url } = await freshDatabase(t, 'template0');
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: url } });
      assert.equal(await exitStatus(command), 1);
      assert.match(
        command.output.stderr,
        new RegExp(`schema is older .*${NAMES.join(', ')}.*Run: postmand migrate`),
      );
    });

    test('a database with an older schema → exit status 1, naming what is missing and the command to run', async (t) => {
      const { url, pool } = await freshDatabase(t);
      await pool.query('delete from postmand_migrations where name = $1', [NAMES.at(-1)]);
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: url } });
      assert.equal(await exitStatus(command), 1);
      assert.match(
        command.output.stderr,
        new RegExp(`missing: ${NAMES.at(-1)}\\)\\. Run: postmand migrate`),
      );
      assert.doesNotMatch(command.output.stderr, /\n {4}at /);
    });

    test('a database without the queue → exit status 1, naming the command to run', async (t) => {
      const { url, pool } = await freshDatabase(t);
      await pool.query('drop schema postmand_queue cascade');
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: url } });
      assert.equal(await exitStatus(command), 1);
      assert.match(command.output.stderr, /queue .*Run: postmand migrate/);
    });

    test('a database with a newer schema → a warning, and it works', async (t) => {
      const { url, pool } = await freshDatabase(t);
      await pool.query(`insert into postmand_migrations (name) values ('999_of_tomorrow')`);
      const command = postmand(t, [name], { env: { POSTMAND_DATABASE_URL: url } });
      const started = await command.event(`${name}.started`);
      const warning = command.lines.find(({ event }) => event === 'schema.newer');
      assert.deepEqual([warning?.level, warning?.['unknown']], ['warn', ['999_of_tomorrow']]);
      assert.equal(
        (await fetch(`http://127.0.0.1:${String(started['health_port'])}/healthz`)).status,
        200,
      );
      assert.deepEqual(await command.end(), { code: 0, signal: null });
    });
  });
}
