import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './toolchains.ts';

type Blocks = { install: string; shell: string[]; files: [string, string][] };

/**
 * The shell blocks, the first of which installs, and the blocks that start with a comment that is a
 * file's name.
 */
export function blocksOf(file: string): Blocks {
  const blocks = [
    ...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms),
  ].map(([, kind = '', code = '']) => ({
    kind,
    code,
  }));
  const files = blocks.flatMap(({ code }): [string, string][] => {
    const [, name] = /^(?:\/\/|#) ([\w./]+\.\w+)\n/.exec(code) ?? [];
    return name === undefined ? [] : [[name, code]];
  });
  const shell = blocks.filter(({ kind }) => kind === 'sh').map(({ code }) => code);
  return { install: shell[0] ?? '', shell, files };
}
