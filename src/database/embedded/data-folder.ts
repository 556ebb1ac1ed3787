import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { unusableFolder, using } from './error.ts';

/**
 * What a data folder holds: `nothing` but perhaps what a start cut short left, or the `whole`: a
 * cluster of ours and its password.
 */
export type Content = 'missing' | 'nothing' | 'whole';

/** `lost+found` is in the root of every new disk. */
const NAMES_OF_NOTHING = new Set(['postgres.log', 'start.lock', 'made-for', 'lost+found']);
const UNFINISHED = new Set([...NAMES_OF_NOTHING, 'password', 'postgres.new']);

/** PostgreSQL keeps no longer path (MAXPGPATH is 1,024), and adds names of its own. */
const LONGEST_PATH_BYTES = 900;

/**
 * The absolute path of a folder that may not be there yet, without symbolic links: PostgreSQL's
 * user has to pass all of it.
 */
export async function realFolder(given: string): Promise<string> {
  const home = path.resolve(given);
  // Its lock file has the path on a line. Node.js puts U+FFFD where the environment is not UTF-8,
  // and that is another path.
  if (/[\p{Cc}\u{FFFD}]/u.test(home))
    throw unusableFolder(JSON.stringify(home), 'its path has control characters or is not UTF-8');
  const real = await using(home, () => realPath(home));
  if (Buffer.byteLength(real) > LONGEST_PATH_BYTES)
    throw unusableFolder(home, `its path is longer than ${LONGEST_PATH_BYTES} bytes`);
  return real;
}

async function realPath(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (await lstat(folder).catch(() => undefined))
      throw unusableFolder(folder, 'it is a symbolic link to nothing', error);
    return path.join(await realPath(path.dirname(folder)), path.basename(folder));
  }
}

/**
 * Looks what is in a folder. @throws EmbeddedError where somebody else's files are in it, or it is
 * none
 */
export async function contentOf(home: string): Promise<Content> {
  return using(home, async () => {
    const names = await namesIn(home);
    if (names === undefined) return 'missing';
    if (await exists(path.join(home, 'postgres', 'PG_VERSION'))) {
      if (names.includes('password') && /^[0-9a-f]{48}$/.test(await passwordOf(home)))
        return 'whole';
    } else if (names.every((name) => NAMES_OF_NOTHING.has(name))) {
      return 'nothing';
    } else if (names.includes('password') && names.every((name) => UNFINISHED.has(name))) {
      // The start that was cut short may have written a part of the password only.
      if (/^[0-9a-f]{0,48}$/.test(await passwordOf(home))) return 'nothing';
    }
    throw unusableFolder(
      home,
      `it holds files that are not Postmand's (${listed(names)}), which are left alone`,
    );
  });
}

const passwordOf = (home: string): Promise<string> => readFile(path.join(home, 'password'), 'utf8');

async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}

function listed(names: string[]): string {
  const [first, more] = [names.toSorted().slice(0, 3).join(', '), names.length - 3];
  return more > 0 ? `${first} and ${more} more` : first;
}
