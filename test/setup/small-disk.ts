import { execFile } from 'node:child_process';
import { chmodSync, openSync, closeSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { emptyFolder } from '../commands/processes.ts';
import { lastFirst, type Cleanup } from './last-first.ts';

export type SmallDisk = {
  folder: string;
  /** Takes all the room that there is, and what becomes free later. */
  fill(): void;
  /** Gives it back. */
  free(): void;
};

/** From large to small, so that not a page is left. */
const PIECES = [1024 * 1024, 64 * 1024, 4096].map((bytes) => Buffer.alloc(bytes));

/**
 * A file system in RAM of this size, gone after the test. @returns why there is none where the
 * machine does not allow it.
 */
export async function mountSmallDisk(t: Cleanup, megabytes: number): Promise<SmallDisk | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'only root may mount a small disk, on Linux';
  const folder = await emptyFolder(t);
  try {
    await promisify(execFile)('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${megabytes}m,mode=0755`,
      'tmpfs',
      folder,
    ]);
  } catch (error) {
    return `no small disk can be mounted here: ${(error as Error).message.trim()}`;
  }
  const ballast = path.join(folder, 'ballast');
  let filling: NodeJS.Timeout | undefined;
  const free = () => {
    clearInterval(filling);
    rmSync(ballast, { force: true });
  };
  lastFirst(t).after(async () => {
    free();
    await promisify(execFile)('umount', ['--lazy', folder]);
  });
  chmodSync(folder, 0o755);
  return {
    folder,
    fill() {
      fillUp(ballast);
      filling = setInterval(fillUp, 50, ballast);
    },
    free,
  };
}

function fillUp(ballast: string): void {
  const file = openSync(ballast, 'a');
  for (const piece of PIECES) while (fits(file, piece));
  closeSync(file);
}

function fits(file: number, piece: Buffer): boolean {
  try {
    return writeSync(file, piece) === piece.length;
  } catch {
    return false;
  }
}
