import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CommandError } from '../../process/command-error.ts';

/**
 * The payload that an option names: the text itself, `@FILE` for what is in a file, or `-` for what
 * comes on stdin. @throws CommandError where it cannot be read, or is not UTF-8
 */
export async function payloadFrom(option: string | undefined): Promise<string | undefined> {
  if (option === undefined) return undefined;
  if (option === '-') return decoded('stdin', buffer(process.stdin));
  if (!option.startsWith('@')) return option;
  const file = option.slice(1);
  return decoded(file, readFile(file));
}

async function decoded(source: string, bytes: Promise<Buffer>): Promise<string> {
  try {
    // A byte order mark is a part of the payload like any other.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot read the payload from ${source}: ${reason}`);
  }
}
