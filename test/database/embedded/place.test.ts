import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { findPlace } from '../../../src/database/embedded/place.ts';
import { startEmbedded } from '../../../src/database/embedded/database.ts';
import { mountSmallDisk } from '../../setup/small-disk.ts';
import { embeddedIn, inProcess, IS_ROOT, makeData, NO_FSYNC, openFolder, query } from './homes.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };
const forRoot = { skip: !IS_ROOT && 'only root can do this' };
const forOthers = { skip: IS_ROOT ? false : 'only root can become another user' };

suite('the folder for the data', { concurrency: 2 }, () => {
  test('characters that mean something to a shell, blanks and others than ASCII in its path → data there, and nowhere else', async (t) => {
    const folder = await openFolder(t);
    const home = path.join(folder, `$HOME \`id\` "a" 'b' \\ %s & ; *`, '-Größe 🚀');
    const { url } = await embeddedIn(t, home);
    assert.deepEqual(await query(url, 'show data_directory'), [
      { data_directory: path.join(home, 'postgres') },
    ]);
    assert.equal((await readdir(folder)).length, 1);
  });

  test('a path of 800 characters → data there', async (t) => {
    const home = path.join(await openFolder(t), ...Array.from({ length: 8 }, () => 'x'.repeat(95)));
    const { url } = await embeddedIn(t, home);
    assert.deepEqual(await query(url, 'show data_directory'), [
      { data_directory: path.join(home, 'postgres') },
    ]);
  });

  test('a relative path → below the current folder', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    assert.equal((await embeddedIn(t, path.relative(process.cwd(), home))).home, home);
  });

  test('a symbolic link to a folder → data in that folder', async (t) => {
    const folder = await openFolder(t);
    await mkdir(path.join(folder, 'real'), { mode: 0o755 });
    await symlink('real', path.join(folder, 'link'));
    assert.equal((await embeddedIn(t, path.join(folder, 'link'))).home, path.join(folder, 'real'));
  });

  const LOST: { what: string; make: (folder: string) => Promise<string>; says: RegExp }[] = [
    {
      what: 'a newline in the path',
      make: async (folder) => path.join(folder, 'a\nb'),
      says: /control characters/,
    },
    {
      what: 'a path that was not UTF-8',
      make: async (folder) => path.join(folder, 'a\u{FFFD}b'),
      says: /not UTF-8/,
    },
    {
      what: 'a path that is too long',
      make: async (folder) => path.join(folder, 'x/'.repeat(500)),
      says: /longer than 900 bytes/,
    },
    {
      what: 'a name that is too long',
      make: async (folder) => path.join(folder, 'x'.repeat(300)),
      says: /path is too long/,
    },
    { what: 'a file', make: (folder) => file(folder, 'here'), says: /is a file and not a folder/ },
    {
      what: 'a path through a file',
      make: async (folder) => path.join(await file(folder, 'here'), 'x'),
      says: /is a file and not a folder/,
    },
    {
      what: 'a link to nothing',
      make: (folder) => link(folder, 'nowhere'),
      says: /a symbolic link to nothing/,
    },
    { what: 'a link to itself', make: (folder) => link(folder, 'link'), says: /lead in a circle/ },
  ];
  for (const { what, make, says } of LOST) {
    test(`${what} → an error that says so and names the variable`, async (t) => {
      await refused(await make(await openFolder(t)), says);
    });
  }

  test(
    'a place where no folder can be made → an error that says so',
    { skip: process.platform !== 'linux' },
    async () => {
      await refused(
        '/proc/postmand/data',
        IS_ROOT ? /it cannot be made there/ : /cannot hold the data/,
      );
    },
  );

  const FOREIGN: { what: string; files: string[] }[] = [
    { what: 'some file', files: ['notes.txt'] },
    { what: 'a folder named postgres', files: ['postgres/README'] },
    { what: 'the cluster of somebody else', files: ['postgres/PG_VERSION'] },
    {
      what: 'the cluster and a password of somebody else',
      files: ['postgres/PG_VERSION', 'password'],
    },
    { what: 'a password of somebody else', files: ['password'] },
    { what: 'a folder named postgres.new', files: ['postgres.new/x'] },
    { what: 'many files', files: ['a', 'b', 'c', 'd', 'e'] },
  ];
  for (const { what, files } of FOREIGN) {
    test(`${what} in the folder → refused, and all stays as it was`, async (t) => {
      const folder = await openFolder(t);
      await chmod(folder, 0o1777);
      for (const name of files) await file(folder, name);
      const before = await lookOf(folder);
      await refused(folder, /holds files that are not Postmand's \([^)]+\), which are left alone/);
      assert.deepEqual(await lookOf(folder), before);
    });
  }

  test('on Windows → an error of one line that says what to do, and nothing is made', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    const body = `Object.defineProperty(process, 'platform', { value: 'win32' }); ${startAndStop(home)}`;
    const { code, stderr } = await inProcess(body);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^The PostgreSQL of `start` does not run on Windows\. Set POSTMAND_DATABASE_URL [^\n]+\n$/,
    );
    await assert.rejects(stat(home), /ENOENT/);
  });

  test('data and a file that somebody put beside it → used', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    await makeData(home);
    await file(home, 'notes.txt');
    await embeddedIn(t, home);
  });

  test('a new disk with its lost+found → used', async (t) => {
    const home = await openFolder(t);
    await mkdir(path.join(home, 'lost+found'));
    await embeddedIn(t, home);
  });
});

suite('the folder for the data of root', { ...forRoot, concurrency: 2 }, () => {
  test('missing parents and a umask of 077 → the folder is made, and used again by the next start', async (t) => {
    const folder = await openFolder(t);
    const home = path.join(folder, 'a/b/c');
    const before = process.umask(0o077);
    t.after(() => process.umask(before));
    assert.equal((await startThere(t, home)).home, home);
    assert.equal((await startThere(t, home)).home, home);
  });

  test('an empty folder of root that others may use → neither its owner nor its mode changes', async (t) => {
    const folder = await openFolder(t);
    await chmod(folder, 0o1777);
    const { url } = await embeddedIn(t, folder);
    await query(url, 'select 1');
    const { uid, mode } = await stat(folder);
    assert.deepEqual([uid, mode & 0o7777], [0, 0o1777]);
  });

  test('an empty folder of root that is closed → used, and still of root', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    await mkdir(home, { mode: 0o700 });
    assert.equal((await embeddedIn(t, home)).home, home);
    assert.equal((await stat(home)).uid, 0);
  });

  for (const [before, after] of [
    [0o3700, 0o3711],
    [0o1750, 0o1751],
  ] as const) {
    test(`an empty folder of root with mode ${before.toString(8)} → afterwards ${after.toString(8)}`, async (t) => {
      const home = path.join(await openFolder(t), 'data');
      await mkdir(home);
      await chmod(home, before);
      assert.equal((await embeddedIn(t, home)).home, home);
      assert.equal((await stat(home)).mode & 0o7777, after);
    });
  }

  test('missing folders below one that hands on its group → made with that group, and they hand it on', async (t) => {
    const folder = await openFolder(t);
    await chown(folder, 0, 4321);
    await chmod(folder, 0o2755);
    const home = path.join(folder, 'a/b');
    await embeddedIn(t, home);
    const { gid, mode } = await stat(home);
    assert.deepEqual([gid, mode & 0o7777], [4321, 0o2711]);
  });

  test('a folder and one above it that only the group of PostgreSQL may enter → used, and their modes stay', async (t) => {
    const folder = await openFolder(t);
    const { owner } = await findPlace(path.join(folder, 'asked'));
    const home = path.join(folder, 'closed', 'data');
    await mkdir(home, { recursive: true });
    for (const one of [path.dirname(home), home]) {
      await chown(one, 0, owner?.gid ?? 0);
      await chmod(one, 0o750);
    }
    const { url } = await embeddedIn(t, home);
    assert.deepEqual(await query(url, 'show data_directory'), [
      { data_directory: path.join(home, 'postgres') },
    ]);
    for (const one of [path.dirname(home), home])
      assert.equal((await stat(one)).mode & 0o7777, 0o750);
  });

  test('a folder that everybody but the group of PostgreSQL may enter → the data is made elsewhere', async (t) => {
    const folder = await openFolder(t);
    const { owner } = await findPlace(path.join(folder, 'asked'));
    const closed = path.join(folder, 'closed');
    await mkdir(closed);
    await chown(closed, 0, owner?.gid ?? 0);
    await chmod(closed, 0o705);
    assert.ok(
      (await embeddedIn(t, path.join(closed, 'data'))).home.startsWith('/var/lib/postmand/'),
    );
  });

  test('an empty folder of another user → the folder stays his, and the data is his too', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    await mkdir(home, { mode: 0o700 });
    await chown(home, NOBODY.uid, NOBODY.gid);
    assert.equal((await embeddedIn(t, home)).home, home);
    for (const made of [home, path.join(home, 'postgres')])
      assert.equal((await stat(made)).uid, NOBODY.uid);
  });

  test('an empty folder of a user without a name → it stays his', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    await mkdir(home);
    await chmod(home, 0o755);
    await chown(home, 4321, 4321);
    assert.equal((await embeddedIn(t, home)).home, home);
    assert.equal((await stat(home)).uid, 4321);
  });

  test('a folder of version 2.1, which belongs to the user of PostgreSQL → used', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    await makeData(home);
    const { uid, gid } = await stat(path.join(home, 'postgres'));
    await chown(home, uid, gid);
    await chmod(home, 0o700);
    assert.equal((await embeddedIn(t, home)).home, home);
  });

  test('data that belongs to root → refused with what to do', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    await makeData(home);
    await chown(path.join(home, 'postgres'), 0, 0);
    await refused(
      home,
      /its data belongs to root, as whom PostgreSQL refuses to run \(chown -R \w+ /,
    );
  });

  test('data in a folder that was closed afterwards → refused with the name of the folder, and no new data elsewhere', async (t) => {
    const folder = await openFolder(t);
    await makeData(path.join(folder, 'data'));
    await chmod(folder, 0o700);
    await refused(path.join(folder, 'data'), new RegExp(`who may not enter ${folder} `));
  });
});

suite('a disk of root', { ...forRoot, concurrency: 2 }, () => {
  test('too small → an error that says so; with room → the data is made and used', async (t) => {
    const disk = await mountSmallDisk(t, 60);
    if (typeof disk === 'string') return t.skip(disk);
    disk.fill();
    await refused(path.join(disk.folder, 'data'), /No space left on device|no space is left/i);
    disk.free();
    await embeddedIn(t, path.join(disk.folder, 'data'));
  });

  test('read-only → an error that says so, for new data and for data that is there', async (t) => {
    const disk = await mountSmallDisk(t, 60);
    if (typeof disk === 'string') return t.skip(disk);
    await makeData(path.join(disk.folder, 'data'));
    await promisify(execFile)('mount', ['-o', 'remount,ro', disk.folder]);
    for (const name of ['data', 'new', 'new/x/y'])
      await refused(path.join(disk.folder, name), /the disk is read-only/);
    await promisify(execFile)('mount', ['-o', 'remount,rw', disk.folder]);
  });
});

suite('root and a folder that others may not enter', { ...forRoot, concurrency: false }, () => {
  test('paths that differ in a dash and a slash only → two places, each found again', async (t) => {
    const folder = await closedFolder(t);
    const [dash, slash] = [
      await startThere(t, path.join(folder, 'a-b')),
      await startThere(t, path.join(folder, 'a/b')),
    ];
    assert.notEqual(dash.home, slash.home);
    assert.ok(dash.home.startsWith('/var/lib/postmand/'));
    assert.equal((await startThere(t, path.join(folder, 'a-b'))).home, dash.home);
    assert.equal((await startThere(t, path.join(folder, 'a/b'))).home, slash.home);
  });

  test('data of 2.1 under the name that both paths had → the first that asks gets it, the other gets a place of its own', async (t) => {
    const folder = await closedFolder(t);
    const old = path.join('/var/lib/postmand', `${folder.slice(1).replaceAll('/', '-')}-a-b`);
    t.after(() => rm(old, { recursive: true, force: true }));
    await makeData(old);
    assert.equal((await startThere(t, path.join(folder, 'a/b'))).home, old);
    assert.notEqual((await startThere(t, path.join(folder, 'a-b'))).home, old);
    assert.equal((await startThere(t, path.join(folder, 'a/b'))).home, old);
  });

  test('opened to others later → the data is still found', async (t) => {
    const folder = await closedFolder(t);
    const { home } = await startThere(t, path.join(folder, 'data'));
    await chmod(folder, 0o755);
    assert.equal((await startThere(t, path.join(folder, 'data'))).home, home);
  });
});

suite('another user than root', { ...forOthers, concurrency: 2 }, () => {
  test('missing parents → the folder is made for that user alone, and used again', async (t) => {
    const folder = await openFolder(t);
    await chown(folder, NOBODY.uid, NOBODY.gid);
    const home = path.join(folder, 'a/b $x');
    for (let round = 1; round <= 2; round += 1) {
      const { code, stdout, stderr } = await inProcess(startAndStop(home), { user: NOBODY });
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `${home}\n`, stderr: '' });
    }
    const { uid, mode } = await stat(home);
    assert.deepEqual([uid, mode & 0o777], [NOBODY.uid, 0o700]);
  });

  test('a folder that it may not write to → an error that says so', async (t) => {
    const home = path.join(await openFolder(t), 'data');
    const { code, stderr } = await inProcess(startAndStop(home), { user: NOBODY });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /data cannot hold the data of PostgreSQL: permission denied\. Choose .* POSTMAND_DATA_DIR\.\n$/,
    );
  });

  test(`root's data → an error that says so`, async (t) => {
    const home = path.join(await openFolder(t), 'data');
    await makeData(home);
    const { code, stderr } = await inProcess(startAndStop(home), { user: NOBODY });
    assert.equal(code, 1);
    assert.match(stderr, /permission denied\. Choose another folder with POSTMAND_DATA_DIR\.\n$/);
  });
});

/**
 * Starts PostgreSQL and stops it, so that the next start may find it; what is left goes with the
 * test.
 */
async function startThere(t: TestContext, home: string): Promise<{ home: string }> {
  const embedded = await startEmbedded(home, NO_FSYNC);
  t.after(() => rm(embedded.home, { recursive: true, force: true }));
  await embedded.stop();
  return embedded;
}

async function closedFolder(t: TestContext): Promise<string> {
  const folder = await openFolder(t);
  await chmod(folder, 0o700);
  return folder;
}

function startAndStop(home: string): string {
  return `const embedded = await startEmbedded(${JSON.stringify(home)}, { fsync: 'off' }); console.log(embedded.home); await embedded.stop();`;
}

async function refused(home: string, says: RegExp): Promise<void> {
  await assert.rejects(startEmbedded(home, NO_FSYNC), (error: Error) => {
    assert.match(error.message, says);
    assert.match(error.message, /POSTMAND_DATA_DIR/);
    assert.equal(error.message.includes('\n'), false);
    return true;
  });
}

async function file(folder: string, name: string): Promise<string> {
  const made = path.join(folder, name);
  await mkdir(path.dirname(made), { recursive: true });
  await writeFile(made, 'of somebody else');
  return made;
}

async function link(folder: string, target: string): Promise<string> {
  await symlink(target, path.join(folder, 'link'));
  return path.join(folder, 'link');
}

async function lookOf(folder: string): Promise<unknown> {
  const names = await readdir(folder, { recursive: true });
  const look = async (name: string) => {
    const { uid, gid, mode, mtimeMs } = await stat(path.join(folder, name));
    return { name, uid, gid, mode, mtimeMs };
  };
  return Promise.all(['.', ...names.toSorted()].map(look));
}
