import { access, constants, mkdtemp, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';

/** Where Linux has a file system in memory. */
const IN_MEMORY = '/dev/shm';

/** The databases of a run, of which some are there at a time, and their log take less than this. */
const ENOUGH_BYTES = 4 * 1024 ** 3;

/**
 * A new folder for the data of the PostgreSQL of a run: in memory where there is enough. Each test
 * makes a database of 300 files and deletes it, and ext4 looks at every inode that was deleted in
 * the last minute or more before it takes one: a database took 0.2 s of a processor there, and
 * 0.015 s in memory.
 */
export async function newDataFolder(): Promise<string> {
  const parent = (await isRoomy(IN_MEMORY)) ? IN_MEMORY : tmpdir();
  return mkdtemp(path.join(parent, 'postmand-test-'));
}

async function isRoomy(folder: string): Promise<boolean> {
  if (freemem() < ENOUGH_BYTES) return false;
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}
