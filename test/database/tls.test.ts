import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { startEmbedded } from '../../src/database/embedded/database.ts';
import { migrateUp } from '../../src/database/migrations.ts';
import { createPool } from '../../src/database/pool.ts';
import { installQueue } from '../../src/queue/install-queue.ts';
import { connectionTo } from '../setup/connection.ts';
import { MIGRATIONS, silentLog } from '../setup/parts.ts';
import { startWorkerHere } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { lastFirst } from '../setup/last-first.ts';
import { wholeFile } from '../setup/whole-file.ts';

const run = promisify(execFile);
const folder = await mkdtemp(path.join(tmpdir(), 'postmand-tls-'));
// PostgreSQL's own user has to get in.
await chmod(folder, 0o755);
const sockets = path.join(folder, 'sockets');
await mkdir(sockets);
await chmod(sockets, 0o777);
const missing = await missingPart();
const server = missing === false ? await startWithTls() : undefined;
wholeFile.after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

type Outcome = 'encrypted' | 'plain' | RegExp;

/** The server's certificate is for `localhost`, from an authority that only our CA file knows. */
const WITH_TLS: [
  host: string,
  mode: string | undefined,
  caFile: string | undefined,
  outcome: Outcome,
][] = [
  ['127.0.0.1', undefined, undefined, 'encrypted'],
  ['127.0.0.1', 'prefer', undefined, 'encrypted'],
  ['127.0.0.1', 'allow', undefined, 'encrypted'],
  ['127.0.0.1', 'disable', undefined, 'plain'],
  ['127.0.0.1', 'require', undefined, 'encrypted'],
  ['localhost', 'verify-ca', undefined, /sslmode=verify-ca, which needs a CA file/],
  ['localhost', 'verify-full', undefined, /certificate/],
  ['localhost', undefined, 'ca.pem', 'encrypted'],
  ['127.0.0.1', undefined, 'ca.pem', /does not match certificate/],
  ['127.0.0.1', 'disable', 'ca.pem', 'plain'],
  ['127.0.0.1', 'require', 'ca.pem', 'encrypted'],
  ['127.0.0.1', 'verify-ca', 'ca.pem', 'encrypted'],
  ['localhost', 'verify-full', 'ca.pem', 'encrypted'],
  ['127.0.0.1', 'verify-full', 'ca.pem', /does not match certificate/],
  ['localhost', 'require', 'other-ca.pem', /certificate/],
  ['localhost', 'verify-ca', 'other-ca.pem', /certificate/],
  ['localhost', 'verify-full', 'other-ca.pem', /certificate/],
  ['localhost', undefined, 'other-ca.pem', /certificate/],
];

const WITHOUT_TLS: [mode: string | undefined, caFile: string | undefined, outcome: Outcome][] = [
  [undefined, undefined, 'plain'],
  ['prefer', undefined, 'plain'],
  ['allow', undefined, 'plain'],
  ['disable', undefined, 'plain'],
  ['require', undefined, /does not support SSL/],
  ['verify-full', undefined, /does not support SSL/],
  [undefined, 'ca.pem', /does not support SSL/],
];

for (const [host, mode, caFile, outcome] of WITH_TLS) {
  test(
    `a server with TLS, ${host}, sslmode ${mode ?? 'unset'}, ${caFile ?? 'no CA file'} → ${outcome}`,
    { skip: missing },
    () => expectOutcome(url(server?.url ?? '', host, mode), caFile, outcome),
  );
}

for (const [mode, caFile, outcome] of WITHOUT_TLS) {
  test(
    `a server without TLS, sslmode ${mode ?? 'unset'}, ${caFile ?? 'no CA file'} → ${outcome}`,
    { skip: missing },
    () =>
      expectOutcome(url(process.env['TEST_SERVER_URL'] ?? '', undefined, mode), caFile, outcome),
  );
}

const OTHERWISE: [parameters: string, host: string, outcome: Outcome][] = [
  ['sslmode=verify-full&hostaddr=127.0.0.1', 'localhost', 'encrypted'],
  ['sslmode=verify-full&hostaddr=127.0.0.1', 'db.example', /does not match certificate/],
  ['sslmode=verify-full&channel_binding=require', 'localhost', 'encrypted'],
  ['sslmode=verify-full&ssl_min_protocol_version=TLSv1.3', 'localhost', 'encrypted'],
  ['sslmode=verify-full&sslnegotiation=direct', 'localhost', 'encrypted'],
];

for (const [parameters, host, outcome] of OTHERWISE) {
  test(`a server with TLS, ${host}, ${parameters} → ${outcome}`, { skip: missing }, () =>
    expectOutcome(`${url(server?.url ?? '', host, undefined)}?${parameters}`, 'ca.pem', outcome),
  );
}

test(
  'a worker with a CA file → every connection it holds is encrypted',
  { skip: missing },
  async (context) => {
    const t = lastFirst(context);
    const connection = await connectionTo(
      url(server?.url ?? '', 'localhost', 'verify-full'),
      path.join(folder, 'ca.pem'),
    );
    await migrateUp(connection, MIGRATIONS);
    await installQueue(connection, silentLog);
    const pool = createPool(connection, { max: 3, name: 'postmand worker', log: silentLog });
    t.after(() => pool.end());
    await startWorkerHere(t, { url: '', connection, pool });
    const rows = await until(
      'its connections for leases and for notifications are there',
      async () => {
        const { rows: all } = await pool.query<{ name: string; ssl: boolean }>(
          `select application_name as name, ssl from pg_stat_ssl join pg_stat_activity using (pid)
       where backend_type = 'client backend' and state <> 'starting'`,
        );
        return (
          ['upkeep', 'listen'].every((kind) => all.some(({ name }) => name.includes(kind))) && all
        );
      },
    );
    assert.deepEqual(
      rows.filter(({ ssl }) => !ssl),
      [],
    );
  },
);

for (const [way, place] of [
  ['over TLS', () => url(server?.url ?? '', 'localhost', 'verify-full')],
  ['over a Unix socket', () => socketUrl(server?.url ?? '')],
] as const) {
  test(
    `a statement given up ${way} → PostgreSQL is asked to end it`,
    { skip: missing },
    async (t) => {
      const connection = await connectionTo(place(), path.join(folder, 'ca.pem'));
      const pool = createPool(connection, { max: 1, name: 'impatient', log: silentLog });
      t.after(() => pool.end());
      const statement = { text: 'select pg_sleep(600)', query_timeout: 200 };
      await assert.rejects(pool.query(statement), /Query read timeout/);
      const { rowCount } = await pool.query(
        `select from pg_stat_activity where wait_event = 'PgSleep'`,
      );
      assert.equal(rowCount, 0);
    },
  );
}

async function expectOutcome(
  url: string,
  caFile: string | undefined,
  outcome: Outcome,
): Promise<void> {
  const connecting = (async () => {
    const client = new Client({
      ...(await connectionTo(url, caFile && path.join(folder, caFile))),
    });
    client.on('error', () => {});
    await client.connect();
    const { rows } = await client.query<{ ssl: boolean }>(
      'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
    );
    await client.end();
    return rows[0]?.ssl ? 'encrypted' : 'plain';
  })();
  if (typeof outcome === 'string') assert.equal(await connecting, outcome);
  else await assert.rejects(connecting, outcome);
}

function url(server: string, host: string | undefined, mode: string | undefined): string {
  const changed = new URL(server);
  if (host !== undefined) changed.hostname = host;
  changed.searchParams.delete('sslmode');
  if (mode !== undefined) changed.searchParams.set('sslmode', mode);
  return changed.href;
}

function socketUrl(server: string): string {
  const { username, password, port } = new URL(server);
  return `postgres://${username}:${password}@/postgres?host=${encodeURIComponent(sockets)}&port=${port}`;
}

/** Why there can be no server with TLS here; false where there can. */
async function missingPart(): Promise<string | false> {
  const found = await run('openssl', ['version']).catch(() => undefined);
  return found === undefined ? 'there is no openssl command to make certificates with' : false;
}

async function startWithTls() {
  await makeCertificates();
  const server = await startEmbedded(path.join(folder, 'data'), {
    fsync: 'off',
    unix_socket_directories: sockets,
  });
  // PostgreSQL wants its key in its own hands.
  const { uid, gid } = await stat(path.join(server.home, 'postgres'));
  for (const file of ['server.pem', 'server.key']) {
    const place = path.join(server.home, 'postgres', file);
    await copyFile(path.join(folder, file), place);
    await chown(place, uid, gid);
    await chmod(place, 0o600);
  }
  const client = new Client(server.url);
  await client.connect();
  for (const setting of [`ssl_cert_file = 'server.pem'`, `ssl_key_file = 'server.key'`, 'ssl = on'])
    await client.query(`alter system set ${setting}`);
  await client.query('select pg_reload_conf()');
  await client.end();
  return server;
}

/** ca.pem, other-ca.pem, and server.pem with server.key for `localhost` by the first of them. */
async function makeCertificates(): Promise<void> {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const name of ['ca', 'other-ca']) {
    await openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
    );
  }
  await openssl(
    'req',
    ...key,
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=localhost',
  );
  await writeFile(path.join(folder, 'names.txt'), 'subjectAltName=DNS:localhost\n');
  await openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'server.pem',
    '-days',
    '2',
    '-extfile',
    'names.txt',
  );
}
