import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Check } from '../../../src/commands/doctor/check.ts';
import { postmand } from '../../setup/command.ts';
import { freshDatabase } from '../../setup/database.ts';
import type { Cleanup } from '../../setup/last-first.ts';
import { addDeliveryRows, addWebhookRows } from '../../setup/rows.ts';
import { startApi, startWorkerHere } from '../../setup/service.ts';
import { until } from '../../setup/until.ts';
import { ending } from '../processes.ts';

type Report = { wrong: number; warnings: number; checks: Check[] };

/** What it reports with these settings. `of` finds the checks of a name. */
async function examined(t: Cleanup, env: Record<string, string>) {
  const command = postmand(t, ['doctor', '--json'], { env });
  const { code } = await ending(command);
  const { stdout, stderr } = command.output;
  const report = JSON.parse(stdout) as Report;
  const of = (name: string) => report.checks.filter((check) => check.name === name);
  return { code, stdout, stderr, ...report, of };
}

suite('postmand doctor', { concurrency: 2 }, () => {
  test('a worker and a server run → exit 0, and nothing is wrong', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    await startWorkerHere(t, database);
    await api.createWebhook({ url: 'http://localhost:9/' });
    const env = { POSTMAND_DATABASE_URL: database.url, POSTMAND_API_URL: api.url };
    const found = await until('the worker has the turn', async () => {
      const now = await examined(t, env);
      return now.code === 0 && now;
    });
    assert.equal(found.wrong, 0);
    assert.deepEqual([...new Set(found.checks.map(({ name }) => name))].toSorted(), [
      ...['alarms', 'api', 'clock', 'database', 'disk', 'listening', 'outbound', 'queue'],
      ...['retention', 'schema', 'secrets', 'settings', 'vacuum', 'worker'],
    ]);
    const shown = postmand(t, ['doctor'], { env });
    assert.equal((await ending(shown)).code, 0);
    assert.match(shown.output.stdout, /^ok +settings +all can be used\nok +database /);
    assert.match(shown.output.stdout, /^\d+ checks: 0 wrong, \d+ to look at\.$/m);
  });

  test('no worker, a late delivery, refused URLs, missing keys → each is wrong, exit 1', async (t) => {
    const database = await freshDatabase(t);
    const [webhookId = ''] = await addWebhookRows(database.pool, [
      { url: 'http://user:geheim@127.0.0.1:9/' },
    ]);
    await addDeliveryRows(database.pool, [{ webhookId }]);
    await database.pool.query(
      `update deliveries set parked_at = null, held_reason = null,
         scheduled_at = now() - interval '10 minutes'`,
    );
    await database.pool.query(`update webhooks set sealed = 'v1.lost.x'`);
    const found = await examined(t, {
      POSTMAND_DATABASE_URL: database.url,
      POSTMAND_API_URL: 'http://127.0.0.1:9',
      POSTMAND_OUTBOUND_POLICY: 'public',
      POSTMAND_ALERT_WEBHOOK_ID: randomUUID(),
    });
    assert.equal(found.code, 1);
    assert.match(found.stderr, /^postmand: \d+ of \d+ checks found something wrong\.$/m);
    for (const name of ['worker', 'queue', 'outbound', 'secrets', 'alarms', 'api'])
      assert.equal(found.of(name)[0]?.level, 'wrong', name);
    assert.match(found.of('outbound')[0]?.message ?? '', /127\.0\.0\.1 is a loopback address/);
    assert.match(found.of('queue')[0]?.message ?? '', /has been due for 10 min/);
    assert.match(found.of('secrets')[0]?.message ?? '', /does not have: lost$/);
    assert.ok(!`${found.stdout}${found.stderr}`.includes('geheim'));
  });

  test('a migration is missing → it says what to run, and looks at no table', async (t) => {
    const database = await freshDatabase(t);
    await database.pool.query(
      'delete from postmand_migrations where name = (select max(name) from postmand_migrations)',
    );
    const found = await examined(t, { POSTMAND_DATABASE_URL: database.url });
    assert.equal(found.code, 1);
    assert.equal(found.of('schema')[0]?.advice, 'Run: postmand migrate');
    assert.deepEqual(found.of('worker'), []);
  });

  test('the database cannot be reached → exit 1, without its password', async (t) => {
    const url = 'postgres://postmand:geheim@127.0.0.1:9/postmand';
    const found = await examined(t, { POSTMAND_DATABASE_URL: url });
    assert.equal(found.code, 1);
    assert.match(
      found.of('database')[0]?.message ?? '',
      /Cannot use the database at 127\.0\.0\.1:9/,
    );
    assert.ok(!`${found.stdout}${found.stderr}`.includes('geheim'));
  });

  test('a reader of a pipe that goes away → exit 0, and nothing is said', async (t) => {
    const command = postmand(t, ['doctor', '--json'], {
      env: { POSTMAND_API_URL: 'http://127.0.0.1:9' },
    });
    command.process.stdout?.destroy();
    assert.deepEqual(await ending(command), { code: 0, signal: null });
    assert.equal(command.output.stderr, '');
  });

  test('settings that cannot be used → each by its name, exit 2', async (t) => {
    const found = await examined(t, { POSTMAND_LIVE_JOBS: '1', POSTMAND_OUTBOUND_POLICY: 'open' });
    assert.equal(found.code, 2);
    assert.deepEqual(
      found.of('settings').map(({ message }) => message.split(' ')[0]),
      ['POSTMAND_LIVE_JOBS', 'POSTMAND_OUTBOUND_POLICY'],
    );
    assert.equal(found.stderr, 'postmand: The settings cannot be used: see above.\n');
  });
});
