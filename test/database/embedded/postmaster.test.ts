import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { binaries, runInitdb } from '../../../src/database/embedded/binaries.ts';
import {
  holdEmbedded,
  startEmbedded,
  type EmbeddedDatabase,
} from '../../../src/database/embedded/database.ts';
import { findPlace, handOver } from '../../../src/database/embedded/place.ts';
import { isPostmaster } from '../../../src/database/embedded/postmaster-file.ts';
import { lastFirst } from '../../setup/last-first.ts';
import { keepingLog, silentLog } from '../../setup/parts.ts';
import { isRunning } from '../../setup/process-state.ts';
import { until } from '../../setup/until.ts';
import {
  embeddedIn,
  inProcess,
  IS_ROOT,
  lockFileOf,
  makeData,
  NO_FSYNC,
  openFolder,
  postmasterOf,
  query,
} from './homes.ts';

const POSTMASTER_FILE = new URL(
  '../../../src/database/embedded/postmaster-file.ts',
  import.meta.url,
).href;

const onLinux = { skip: process.platform !== 'linux' && 'needs /proc' };

suite('the environment of PostgreSQL', onLinux, () => {
  test('keys, passwords and settings in our environment → none of them in the environment of its processes', async (t) => {
    const secrets = {
      POSTMAND_API_KEYS: 'hunter2hunter2hunter2',
      DATABASE_URL: 'postgres://u:hunter2@h/d',
      HOME: '/hunter2',
    };
    const restore = Object.keys(secrets).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, secrets);
    t.after(() => {
      for (const name of Object.keys(secrets)) delete process.env[name];
      Object.assign(
        process.env,
        Object.fromEntries(restore.filter(([, value]) => value !== undefined)),
      );
    });
    const home = path.join(await openFolder(t), 'data');
    let starting = true;
    const seen = new Map<string, string>();
    const watching = (async () => {
      while (starting) {
        for (const [program, names] of await environmentsBelow(process.pid))
          seen.set(program, names);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const { url } = await embeddedIn(t, home);
    starting = false;
    await watching;
    await query(url, 'select 1');
    for (const [program, names] of await environmentsBelow(await postmasterOf(home)))
      seen.set(program, names);

    assert.ok(seen.has('initdb') && seen.has('postgres'), [...seen.keys()].join());
    const allowed =
      /^(PATH|LD_LIBRARY_PATH|LC_\w+|TZ|PG_GRANDPARENT_PID|PGDATA|PGLOCALEDIR|PGSYSCONFDIR|PWD|OLDPWD|SHLVL|_)$/;
    for (const [program, names] of seen)
      for (const name of names.split(' ')) assert.match(name, allowed, program);
  });
});

suite('the lock file of PostgreSQL', { concurrency: 2 }, () => {
  test('left by a crash, and another program of the same user has its process id → PostgreSQL starts', async (t) => {
    const home = await killedData(t);
    const stranger = await programOf(t, home);
    await nameInLockFile(home, stranger);
    const { url } = await embeddedIn(t, home);
    assert.deepEqual(await query(url, 'select 1 as one'), [{ one: 1 }]);
  });

  test('left by a crash, and the PostgreSQL of another folder has its process id → both run', async (t) => {
    const home = await killedData(t);
    const other = await embeddedIn(t, path.join(await openFolder(t), 'data'));
    await nameInLockFile(home, await postmasterOf(other.home));
    const { url } = await embeddedIn(t, home);
    assert.notEqual(url, other.url);
    for (const one of [url, other.url])
      assert.deepEqual(await query(one, 'select 1 as one'), [{ one: 1 }]);
  });

  test('left by a crash, with our own process id, nonsense, or nothing in it → PostgreSQL starts', async (t) => {
    const home = await killedData(t);
    await nameInLockFile(home, process.pid);
    await makeData(home);
    for (const text of ['nonsense\n', '', '\0\0\0\0']) {
      await writeFile(lockFileOf(home), text);
      await makeData(home);
    }
  });

  test(
    'a PostgreSQL runs, and root may not see where processes work → it is recognised all the same',
    { skip: !IS_ROOT },
    async (t) => {
      const embedded = await embeddedIn(t, path.join(await openFolder(t), 'data'));
      const body = `console.log((await startEmbedded(${JSON.stringify(embedded.home)})).url);`;
      const { stdout, stderr } = await inProcess(body, {
        by: ['setpriv', '--bounding-set=-sys_ptrace'],
      });
      assert.deepEqual([stdout.trim(), stderr], [embedded.url, '']);
    },
  );

  test(
    'processes end while root looks at them, and it may not see where they work → no error',
    { skip: !IS_ROOT },
    async (t) => {
      const home = path.join(await openFolder(t), 'data');
      await makeData(home);
      const body = `
      const { isPostmaster } = await import(${JSON.stringify(POSTMASTER_FILE)});
      const nobody = { uid: 65534, gid: 65534, stdio: 'ignore' };
      const shell = spawn('sh', ['-c', 'for i in $(seq 2000); do /bin/true; done'], nobody);
      let running = true;
      const ended = once(shell, 'exit').then(() => (running = false));
      while (running) {
        // The process that began last.
        const pid = Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ').at(-1));
        await isPostmaster(pid, ${JSON.stringify(path.join(home, 'postgres'))});
        await setImmediate();
      }
      await ended;`;
      const imports = `import { spawn } from 'node:child_process';
      import { once } from 'node:events';
      import { readFileSync } from 'node:fs'; import { setImmediate } from 'node:timers/promises';`;
      const { code, stderr } = await inProcess(body, {
        by: ['setpriv', '--bounding-set=-sys_ptrace'],
        imports,
      });
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    },
  );
});

suite('data and binaries', { concurrency: 2 }, () => {
  for (const version of ['17', '19']) {
    test(`data of PostgreSQL ${version} → refused, saying both versions and what to do`, async (t) => {
      const home = path.join(await openFolder(t), 'data');
      await makeData(home);
      await writeFile(path.join(home, 'postgres', 'PG_VERSION'), `${version}\n`);
      await assert.rejects(startEmbedded(home), {
        message:
          `The data in ${home}/postgres was written by PostgreSQL ${version}, and this is PostgreSQL 18, which cannot read it. ` +
          `Move it with a dump (see "The PostgreSQL of start" in docs/operating.md), or start anew in another folder with POSTMAND_DATA_DIR.`,
      });
    });
  }

  test('binaries in a folder whose name means something to a shell → initdb makes data', async (t) => {
    const folder = await openFolder(t);
    const native = path.join(folder, `it's "$HOME" \`id\` \\`, 'native');
    await cp(binaries().folder, native, { recursive: true, verbatimSymlinks: true });
    const { owner } = await findPlace(path.join(folder, 'made'));
    const data = path.join(folder, 'made', 'postgres');
    await mkdir(data);
    await handOver(data, owner);
    await runInitdb(native, { owner }, ['--pgdata', data, '--auth=trust', '--no-instructions']);
    assert.equal(await readFile(path.join(data, 'PG_VERSION'), 'utf8'), '18\n');
  });
});

suite('a PostgreSQL that is held', { concurrency: 2 }, () => {
  test('killed, or stopped by somebody → started again on the same port with its data; stopped by us → gone', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    const log = keepingLog();
    const held = await hold(t, home, log);
    await query(held.url, 'create table kept (word text)');
    for (const signal of ['SIGKILL', 'SIGINT', 'SIGQUIT'] as const) {
      const before = await postmasterOf(home);
      process.kill(before, signal);
      await until('there again', () => query(held.url, 'select from kept').catch(() => undefined));
      assert.notEqual(await postmasterOf(home), before);
    }
    assert.deepEqual(
      log.lines.map(({ level, event }) => `${level} ${event}`),
      Array.from({ length: 3 }, () => ['warn postgres.gone', 'info postgres.started_again']).flat(),
    );
    await held.stop();
    await assert.rejects(query(held.url, 'select 1'), /ECONNREFUSED/);
  });

  test('it cannot be started again → tried again, with the reason in the log, until it can', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    const log = keepingLog();
    const held = await hold(t, home, log);
    const [file, settings] = [
      path.join(home, 'postgres', 'postgresql.conf'),
      'shared_buffers = nonsense\n',
    ];
    const good = await readFile(file, 'utf8');
    await writeFile(file, good + settings);
    process.kill(await postmasterOf(home), 'SIGKILL');
    const failed = () => log.lines.filter(({ event }) => event === 'postgres.not_started');
    await until('two failures', () => failed().length >= 2);
    assert.match(String(failed()[0]?.fields['error']), /postgresql\.conf" contains errors/);
    assert.deepEqual(
      failed()
        .slice(0, 2)
        .map(({ level, fields }) => [level, fields['again_in_ms']]),
      [
        ['error', 500],
        ['error', 1000],
      ],
    );
    await writeFile(file, good);
    await until('there again', () => query(held.url, 'select 1').catch(() => undefined));
  });

  test('stopped while it is being started again → gone, and not started any more', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    const held = await hold(t, home, silentLog);
    const before = await postmasterOf(home);
    process.kill(before, 'SIGKILL');
    // The lock file is away for a moment, and then empty for another one.
    const next = await until('another is being started', async () => {
      const pid = await postmasterOf(home).catch(() => before);
      return pid !== before && pid;
    });
    await held.stop();
    assert.equal(await isPostmaster(next, path.join(home, 'postgres')), false);
    await assert.rejects(postmasterOf(home), /ENOENT/);
  });

  test('held a second time → refused, also while PostgreSQL is away; released → free', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    const held = await hold(t, home, silentLog);
    const taken = {
      message: `Another \`postmand start\` is running on ${home}. Stop it first, or choose another folder with POSTMAND_DATA_DIR.`,
    };
    await assert.rejects(holdEmbedded(home, silentLog), taken);
    process.kill(await postmasterOf(home), 'SIGKILL');
    await assert.rejects(holdEmbedded(home, silentLog), taken);
    await held.stop();
    await (await holdEmbedded(home, silentLog)).stop();
  });

  test('its folder removed and put back → it runs on; removed for good → it can be stopped all the same', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    const held = await hold(t, home, silentLog);
    const pid = await postmasterOf(home);
    const data = path.join(home, 'postgres');
    await rename(data, `${data}.away`);
    await rename(`${data}.away`, data);
    assert.deepEqual(await query(held.url, 'select 1 as one'), [{ one: 1 }]);
    await rm(data, { recursive: true, force: true, maxRetries: 10 });
    await held.stop();
    assert.equal(isRunning(pid), false);
  });

  test('taken over from a process that was killed, its folder removed → logged and tried again; put back → kept; stopped → gone', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    await inProcess(`await startEmbedded(${JSON.stringify(home)}, { fsync: 'off' });`);
    const pid = await postmasterOf(home);
    const log = keepingLog();
    const held = await hold(t, home, log);
    const data = path.join(home, 'postgres');
    await rename(data, `${data}.away`);
    await until('it is tried again', () =>
      log.lines.some(({ event }) => event === 'postgres.not_started'),
    );
    await rename(`${data}.away`, data);
    const again = await until('there again', () =>
      log.lines.find(({ event }) => event === 'postgres.started_again'),
    );
    assert.equal(again.fields['pid'], pid);
    await held.stop();
    assert.equal(isRunning(pid), false);
  });

  test('taken over from a process that was killed, then killed itself → started again on the same port', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    await inProcess(`await startEmbedded(${JSON.stringify(home)}, { fsync: 'off' });`);
    const held = await hold(t, home, silentLog);
    process.kill(await postmasterOf(home), 'SIGKILL');
    await until('there again', () => query(held.url, 'select 1').catch(() => undefined));
  });

  test('PostgreSQL started again, and every connection ended → the lock of version 2.1 is taken again', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    const held = await hold(t, home, silentLog);
    assert.equal((await query(held.url, LOCK_HOLDERS)).length, 1);
    process.kill(await postmasterOf(home), 'SIGKILL');
    await until(
      'it is taken',
      async () => (await query(held.url, LOCK_HOLDERS).catch(() => [])).length === 1,
    );
    const [before] = await query(held.url, LOCK_HOLDERS);
    await query(held.url, `select pg_terminate_backend(pid) from (${LOCK_HOLDERS}) as holders`);
    const [after] = await until('it is taken again', async () => {
      const holders = await query(held.url, LOCK_HOLDERS);
      return holders.length === 1 && !isDeepStrictEqual(holders, [before]) && holders;
    });
    assert.notDeepEqual(after, before);
  });

  test('a process of version 2.1 takes the lock in between → logged once; it ends → the lock is ours again', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    const log = keepingLog();
    const held = await hold(t, home, log);
    const other = new Client(held.url);
    await other.connect();
    const waiting = other.query('select pg_advisory_lock(7036873082)');
    await query(held.url, `select pg_terminate_backend(pid) from (${LOCK_HOLDERS}) as holders`);
    await waiting;
    await until('it is logged', () =>
      log.lines.some(({ level, event }) => level === 'warn' && event === 'start.lock_taken'),
    );
    const [theirs] = await query(held.url, LOCK_HOLDERS);
    await other.end();
    await until('it is ours', async () => {
      const holders = await query(held.url, LOCK_HOLDERS);
      return holders.length === 1 && !isDeepStrictEqual(holders, [theirs]);
    });
    assert.equal(log.lines.length, 1);
  });

  test('a process of version 2.1 uses it → refused, and its PostgreSQL goes on', async (t) => {
    const embedded = await embeddedIn(t, path.join(await openFolder(t), 'data'));
    const other = new Client(embedded.url);
    await other.connect();
    lastFirst(t).after(() => other.end());
    await other.query('select pg_advisory_lock(7036873082)');
    await assert.rejects(
      holdEmbedded(embedded.home, silentLog),
      /Another `postmand start` is running/,
    );
    assert.equal((await other.query('select 1')).rowCount, 1);
  });

  test('its password was changed → refused with the reason, and PostgreSQL does not stay behind', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    await makeData(home);
    await writeFile(path.join(home, 'password'), '0'.repeat(48));
    await assert.rejects(hold(t, home, silentLog), {
      name: 'EmbeddedError',
      message: `The PostgreSQL on ${home} cannot be used: password authentication failed for user "postmand"`,
    });
    await assert.rejects(postmasterOf(home), /ENOENT/);
  });

  test('two at the same time in an empty folder → one makes the data, the other is refused', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    const results = await Promise.allSettled([hold(t, home, silentLog), hold(t, home, silentLog)]);
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    const held = results.find(
      ({ status }) => status === 'fulfilled',
    ) as PromiseFulfilledResult<EmbeddedDatabase>;
    assert.deepEqual(await query(held.value.url, 'select 1 as one'), [{ one: 1 }]);
  });
});

/** The sessions that have the only lock that version 2.1 knows. */
const LOCK_HOLDERS = `select pid from pg_locks where locktype = 'advisory' and granted
  and (classid::bigint << 32) + objid::bigint = 7036873082`;

async function hold(
  t: TestContext,
  home: string,
  log: Parameters<typeof holdEmbedded>[1],
): Promise<EmbeddedDatabase> {
  const held = await holdEmbedded(home, log);
  lastFirst(t).after(() => held.stop());
  return held;
}

/** A folder with data whose PostgreSQL was killed. */
async function killedData(t: TestContext): Promise<string> {
  const home = path.join(await openFolder(t), 'data');
  await startEmbedded(home, NO_FSYNC);
  const pid = await postmasterOf(home);
  process.kill(pid, 'SIGKILL');
  await until('it is gone', async () => !(await isPostmaster(pid, path.join(home, 'postgres'))));
  return home;
}

/** A program that does nothing, run by the user of PostgreSQL. @returns its process id */
async function programOf(t: TestContext, home: string): Promise<number> {
  const { owner } = await findPlace(home);
  const program = spawn('sleep', ['600'], { ...owner, cwd: '/', stdio: 'ignore' });
  const gone = new Promise((resolve) => program.on('exit', resolve));
  lastFirst(t).after(async () => {
    program.kill('SIGKILL');
    await gone;
  });
  return program.pid as number;
}

async function nameInLockFile(home: string, pid: number | string): Promise<void> {
  const [, ...rest] = (await readFile(lockFileOf(home), 'utf8')).split('\n');
  await writeFile(lockFileOf(home), [pid, ...rest].join('\n'));
}

/** The names in the environment of every process below this one, by program. */
async function environmentsBelow(root: number): Promise<[program: string, names: string][]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const processes = await Promise.all(pids.map(processAt));
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const isBelow = (pid: number): boolean =>
    pid !== 0 && (parents.get(pid) === root || isBelow(parents.get(pid) ?? 0));
  return processes
    .filter(({ pid, names }) => names !== '' && isBelow(pid))
    .map(({ program, names }) => [program, names]);
}

async function processAt(
  id: string,
): Promise<{ pid: number; parent: number; program: string; names: string }> {
  const [stat = '', environ = ''] = await Promise.all(
    ['stat', 'environ'].map((name) => readFile(`/proc/${id}/${name}`, 'utf8').catch(() => '')),
  );
  const [, program = '', parent = '0'] = /\((.*)\) \w (\d+)/.exec(stat) ?? [];
  const names = environ
    .split('\0')
    .flatMap((line) => (line === '' ? [] : [line.split('=')[0] as string]));
  return {
    pid: Number(id),
    parent: Number(parent),
    program,
    names: program === 'node' || program === 'MainThread' ? '' : names.join(' '),
  };
}
