import { execFile, type ExecFileException } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A file of the project, as text. */
export const textOf = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

export type Environment = Record<string, string | undefined>;

export type Ended = { code: number; stdout: string; stderr: string };

/** Longer than any command here takes, an installation over a slow line among them. */
const PATIENCE_MS = 240_000;

/** Runs a command to its end. @throws where it does not come to one. */
export function run(
  [file = '', ...args]: string[],
  { cwd = ROOT, env = {}, timeout = PATIENCE_MS }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...env, ...pathAndHome() }, timeout };
    execFile(file, args, options, (error: ExecFileException | null, stdout, stderr) => {
      if (error && typeof error.code !== 'number')
        reject(new Error(`${file} ${args.join(' ')}: ${stdout}${stderr}`, { cause: error }));
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

type RunOptions = { cwd?: string; env?: Environment; timeout?: number };

/** With this Node.js as `node`, whichever the machine has. */
export function pathAndHome(): Environment {
  return {
    PATH: [path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
    HOME: process.env['HOME'],
  };
}

/** What a command said of a registry that it cannot reach; undefined: nothing of the kind. */
export function unreachable(stderr: string): string | undefined {
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E5\d\d|no such host|i\/o timeout/.exec(
    stderr,
  )?.[0];
}
