import { spawn } from 'node:child_process';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';

export type Program = {
  output: { stdout: string; stderr: string };
  /** Its exit status; null where a signal ended it. */
  exited: Promise<number | null>;
  kill(): void;
};

type Options = { cwd: string; env?: Record<string, string | undefined> };

/**
 * Runs a command in a process group of its own, which is gone after the test: `go run` and shells
 * start children.
 */
export function start(
  t: Cleanup,
  [file = '', ...args]: string[],
  { cwd, env = {} }: Options,
): Program {
  const child = spawn(file, args, {
    cwd,
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', (code) => resolve(code));
    child.on('error', (error) => {
      output.stderr += error.message;
      resolve(null);
    });
  });
  const kill = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  lastFirst(t).after(async () => {
    kill();
    await exited;
  });
  return { output, exited, kill };
}

/** Without what `npm test` sets, which would steer an npm that runs inside it. */
function environment(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')),
  );
}

/** Runs a command to its end. @throws where it fails, with what it printed. */
export async function succeed(t: Cleanup, command: string[], options: Options): Promise<string> {
  const { output, exited } = start(t, command, options);
  const status = await exited;
  if (status !== 0)
    throw new Error(`${command.join(' ')}: status ${status}\n${output.stdout}${output.stderr}`);
  return output.stdout;
}
