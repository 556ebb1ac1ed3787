import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Client } from 'pg';
import { startEmbedded } from '../../../src/database/embedded/database.ts';
import { until } from '../../setup/until.ts';
import { wholeFile } from '../../setup/whole-file.ts';

const EMBEDDED = new URL('../../../src/database/embedded/database.ts', import.meta.url).href;
const NO_FSYNC = { fsync: 'off' };

// One folder for all tests, in their order: each finds what the one before it left.
const folder = await mkdtemp(path.join(tmpdir(), 'postmand-embedded-'));
// Root's PostgreSQL runs as another user, which has to get in.
await chmod(folder, 0o755);
const home = path.join(folder, 'data');
wholeFile.after(() => rm(folder, { recursive: true, force: true }));

test('an empty folder, and what a start cut short left in it → a PostgreSQL that answers, with all its files there', async () => {
  await mkdir(path.join(home, 'postgres.new'), { recursive: true });
  await writeFile(path.join(home, 'postgres.new', 'half'), 'made');
  await writeFile(path.join(home, 'password'), 'deadbeef');
  const embedded = await startEmbedded(home, NO_FSYNC);
  assert.equal(embedded.home, home);
  await query(embedded.url, 'create table kept (word text)');
  await query(embedded.url, `insert into kept values ('from the first start')`);
  assert.equal(new URL(embedded.url).hostname, '127.0.0.1');
});

test('the password → a file that only its owner can read, and without it nobody gets in', async () => {
  assert.equal((await stat(path.join(home, 'password'))).mode & 0o777, 0o600);
  assert.match(await readFile(path.join(home, 'password'), 'utf8'), /^[0-9a-f]{48}$/);
  const { url } = await startEmbedded(home);
  const wrong = new URL(url);
  wrong.password = 'wrong';
  await assert.rejects(query(wrong.href, 'select 1'), /password authentication failed/);
});

test('started again while it runs → the same server on the same port', async () => {
  const [first, second] = [await startEmbedded(home), await startEmbedded(home)];
  assert.equal(first.url, second.url);
  assert.deepEqual(await query(second.url, 'select word from kept'), [
    { word: 'from the first start' },
  ]);
});

test('stopped → gone; started again → its data is still there', async () => {
  const embedded = await startEmbedded(home);
  await embedded.stop();
  await assert.rejects(query(embedded.url, 'select 1'), /ECONNREFUSED/);
  const again = await startEmbedded(home, NO_FSYNC);
  assert.deepEqual(await query(again.url, 'select word from kept'), [
    { word: 'from the first start' },
  ]);
  await again.stop();
});

test('the process that started it and all of its group killed → it runs on, and the next start takes it over', async () => {
  const script = `import { startEmbedded } from ${JSON.stringify(EMBEDDED)};
    console.log((await startEmbedded(${JSON.stringify(home)}, { fsync: 'off' })).url);
    setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  starter.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const url = await until('the starter has started it', () => printed.trim());
  const gone = new Promise((resolve) => starter.on('exit', resolve));
  process.kill(-(starter.pid ?? 0), 'SIGKILL');
  await gone;

  await query(url, `insert into kept values ('after the kill')`);
  const embedded = await startEmbedded(home);
  assert.equal(embedded.url, url);
  assert.equal((await query(embedded.url, 'select word from kept')).length, 2);
  await embedded.stop();
});

test('PostgreSQL does not start → an error that names the folder and the log, with the reason in the log', async () => {
  const failure = await startEmbedded(home, { shared_buffers: 'nonsense' }).then(
    () => assert.fail('it started'),
    (error: Error) => error,
  );
  const log = path.join(home, 'postgres.log');
  assert.equal(
    failure.message,
    `PostgreSQL did not start on ${path.join(home, 'postgres')}: ` +
      `invalid value for parameter "shared_buffers": "nonsense". Its log is ${log}`,
  );
  assert.match(
    await readFile(log, 'utf8'),
    /invalid value for parameter "shared_buffers": "nonsense"/,
  );
});

test('after such a failure → it starts with correct settings', async () => {
  const embedded = await startEmbedded(home, { ...NO_FSYNC, max_connections: '37' });
  assert.deepEqual(await query(embedded.url, 'show max_connections'), [{ max_connections: '37' }]);
  await embedded.stop();
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
