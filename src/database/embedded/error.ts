/**
 * The PostgreSQL of `start` cannot be used for a reason that the message tells in full, with what
 * to do about it.
 */
export class EmbeddedError extends Error {
  override name = 'EmbeddedError';
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'it cannot be made there',
  ENOTDIR: 'it, or a part of its path, is a file and not a folder',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its path is too long',
};

/** Names the setting that chooses the folder. */
export function unusableFolder(home: string, reason: string, cause?: unknown): EmbeddedError {
  return new EmbeddedError(
    `${home} cannot hold the data of PostgreSQL: ${reason}. Choose another folder with POSTMAND_DATA_DIR.`,
    {
      cause,
    },
  );
}

export function alreadyInUse(home: string): EmbeddedError {
  return new EmbeddedError(
    `Another \`postmand start\` is running on ${home}. Stop it first, or choose another folder with POSTMAND_DATA_DIR.`,
  );
}

/** Does something with the folder `home`. @throws EmbeddedError where the system refuses it */
export async function using<Result>(home: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code = '', path = home } = error as NodeJS.ErrnoException;
    const reason = REASONS[code];
    if (reason === undefined) throw error;
    throw unusableFolder(home, path === home ? reason : `${reason} (${path})`, error);
  }
}
