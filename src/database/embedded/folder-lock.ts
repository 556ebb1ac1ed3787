import { writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import { alreadyInUse, unusableFolder } from './error.ts';

const SQLITE_BUSY = 5;

/**
 * Takes a folder for this process, until it is released or the process ends in whatever way. The
 * lock is the kernel's, on a file in the folder, so that it also holds while PostgreSQL is away,
 * and between containers. Node.js itself has no such lock; SQLite, which is built in, takes one for
 * an exclusive transaction (https://www.sqlite.org/lockingv3.html).
 * @throws EmbeddedError where another process has it
 */
export async function lockFolder(folder: string): Promise<{ release(): void }> {
  const file = path.join(folder, 'start.lock');
  // Others than the owner must not be able to lock it.
  await writeFile(file, '', { flag: 'a', mode: 0o600 });
  try {
    const lock = new DatabaseSync(file);
    // Nothing is written, so that no journal beside it is needed.
    lock.exec('pragma journal_mode = memory; begin exclusive');
    return { release: () => void (lock.isOpen && lock.close()) };
  } catch (error) {
    const { errcode, message } = error as Error & { errcode?: number };
    throw errcode === SQLITE_BUSY
      ? alreadyInUse(folder)
      : unusableFolder(folder, `it cannot be locked (${message})`, error);
  }
}
