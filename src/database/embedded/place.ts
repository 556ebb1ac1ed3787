import { createHash } from 'node:crypto';
import { statSync, type Stats } from 'node:fs';
import { chmod, lchown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { contentOf, realFolder, type Content } from './data-folder.ts';
import { binaries, copyBinaries, type Owner } from './binaries.ts';
import { EmbeddedError, unusableFolder, using } from './error.ts';

/**
 * Where one PostgreSQL lives: `home` holds the cluster in `data`, its password and its log;
 * `native` the binaries.
 */
export type Place = { home: string; data: string; native: string; version: string; owner: Owner };

/** Where root keeps what PostgreSQL's user could not reach in a closed folder such as /root. */
const SHARED_HOME = '/var/lib/postmand';

/**
 * Finds where PostgreSQL keeps what is asked to be in `given`, and makes that folder where it is
 * missing.
 * @throws EmbeddedError where it holds somebody else's files, or cannot be used
 */
export async function findPlace(given: string): Promise<Place> {
  const home = await realFolder(given);
  const { folder, version } = binaries();
  if (process.getuid?.() !== 0) {
    await contentOf(home);
    return openPlace(home, { native: folder, version, owner: undefined });
  }
  const chosen = await chooseHome(home, sharedHomes(home, path.resolve(given)));
  const owner = await ownerOf(chosen, await contentOf(chosen));
  const isReachable = blockerOf(path.join(folder, 'bin', 'postgres'), owner) === undefined;
  const native = isReachable
    ? folder
    : await copyBinaries(folder, path.join(SHARED_HOME, `binaries-${version}`));
  const place = await openPlace(chosen, { native, version, owner });
  if (chosen !== home) await noteOrigin(chosen, home);
  return place;
}

async function openPlace(
  home: string,
  rest: Pick<Place, 'native' | 'version' | 'owner'>,
): Promise<Place> {
  await using(home, () => makeFolder(home, rest.owner));
  return { home, data: path.join(home, 'postgres'), ...rest };
}

/**
 * The folder that root's PostgreSQL uses: the one that was asked for where its user may get there,
 * else one of `shared`.
 */
async function chooseHome(home: string, shared: { now: string; before: string }): Promise<string> {
  const content = await contentOf(home);
  const owner = await ownerOf(home, content);
  const found = statSync(home, { throwIfNoEntry: false });
  // A folder of root's own is opened when it is used.
  const blocker = blockerOf(
    found === undefined || found.uid === 0 ? path.dirname(home) : home,
    owner,
  );
  if (blocker === undefined && content === 'whole') return home;
  for (const other of [shared.now, shared.before]) if (await holdsDataOf(home, other)) return other;
  if (blocker === undefined) return home;
  if (content === 'whole')
    throw unusableFolder(
      home,
      `PostgreSQL runs as user ${owner.uid}, who may not enter ${blocker} (chmod o+x)`,
    );
  return shared.now;
}

/**
 * Version 2.1 gave /root/a-b and /root/a/b one name. What it left under that name belongs to
 * whoever asks for it first.
 */
function sharedHomes(home: string, given: string): { now: string; before: string } {
  const readable = home.replaceAll(/[^A-Za-z0-9.]+/g, '-').replace(/^-/, '');
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 16);
  return {
    now: path.join(SHARED_HOME, `${readable.slice(0, 100)}-${hash}`),
    before: path.join(SHARED_HOME, given.slice(1).replaceAll(path.sep, '-')),
  };
}

async function holdsDataOf(home: string, shared: string): Promise<boolean> {
  const isData = await contentOf(shared).then(
    (content) => content === 'whole',
    () => false,
  );
  if (!isData) return false;
  const madeFor = await readFile(path.join(shared, 'made-for'), 'utf8').catch(() => home);
  return madeFor === home;
}

/** Notes for which folder a shared place was made, where that is not noted yet. */
async function noteOrigin(shared: string, home: string): Promise<void> {
  await writeFile(path.join(shared, 'made-for'), home, { flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}

/**
 * Root hands PostgreSQL to the owner of its data or of the folder for it, else to the user postgres
 * where there is one, else to nobody. So no folder ever changes its owner.
 */
async function ownerOf(home: string, content: Content): Promise<NonNullable<Owner>> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  if (content !== 'missing') {
    const { uid, gid } = await stat(content === 'whole' ? path.join(home, 'postgres') : home);
    // Only users with a name can make new data: initdb asks for it.
    if (uid !== 0 && (content === 'whole' || users.some(([, , id]) => Number(id) === uid)))
      return { uid, gid };
  }
  const user =
    users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined)
    throw new EmbeddedError(
      'PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as.',
    );
  if (content === 'whole')
    throw unusableFolder(
      home,
      `its data belongs to root, as whom PostgreSQL refuses to run (chown -R ${user[0]} ${home}/postgres)`,
    );
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/**
 * The folder, of this one and those above it, that the user may not enter. One that is not there
 * yet will be open to all.
 */
function blockerOf(folder: string, owner: NonNullable<Owner>): string | undefined {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found && !mayEnter(found, owner)) return folder;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : blockerOf(parent, owner);
}

/**
 * Of its groups only the first one counts: Node.js drops the others when it starts a program as
 * another user.
 */
function mayEnter(folder: Stats, { uid, gid }: NonNullable<Owner>): boolean {
  const bit = folder.uid === uid ? 0o100 : folder.gid === gid ? 0o010 : 0o001;
  return (folder.mode & bit) !== 0;
}

/**
 * Makes the folder and those above it. PostgreSQL's user passes through what root makes, and owns
 * its cluster in it only.
 */
async function makeFolder(home: string, owner: Owner): Promise<void> {
  const made = await makeFolders(home);
  if (owner === undefined) return;
  // Not by the mode of mkdir, from which the umask takes something away.
  for (const folder of made) await allow(folder, folder === home ? 0o711 : 0o755);
  const found = await stat(home);
  if (found.uid === 0 && !mayEnter(found, owner)) await allow(home, 0o011);
}

/** Adds to what may be done with a folder. Its other bits stay, such as setgid and sticky. */
async function allow(folder: string, bits: number): Promise<void> {
  const { mode } = await stat(folder);
  await chmod(folder, (mode & 0o7777) | bits);
}

/**
 * Not by mkdir's own `recursive`: on a read-only disk it says that something is missing, and in
 * /proc it never ends.
 */
async function makeFolders(folder: string): Promise<string[]> {
  const make = () => mkdir(folder, { mode: 0o700 });
  try {
    await make();
    return [folder];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (await stat(folder).catch(() => undefined)) return [];
    if (code !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    const made = await makeFolders(path.dirname(folder));
    await make();
    return [...made, folder];
  }
}

/** Hands a file or folder that we have just made to PostgreSQL's user. */
export async function handOver(made: string, owner: Owner): Promise<void> {
  if (owner) await lchown(made, owner.uid, owner.gid);
}
