import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastFirst, type Cleanup } from './last-first.ts';
import { until } from './until.ts';

export type LoggedLine = { time: string; level: string; event: string } & Record<string, unknown>;

export type Command = {
  process: ChildProcess;
  /** The JSON lines of stdout so far. */
  lines: LoggedLine[];
  /** Everything printed so far. */
  output: { stdout: string; stderr: string };
  /** Waits for a log line. */
  event(name: string, timeoutMs?: number): Promise<LoggedLine>;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type Options = {
  env?: Record<string, string>;
  cwd?: string;
  /** Where another version's source tree is; ours where left out. */
  root?: string | undefined;
  /** Most files that it may have open, where it is not what the machine allows. */
  descriptors?: number | undefined;
};

/**
 * Runs `postmand ARGUMENTS` as a process of its own on free ports; killed after the test where it
 * still runs.
 */
export function postmand(
  t: Cleanup,
  args: string[],
  { env = {}, root = ROOT, cwd = root, descriptors }: Options = {},
): Command {
  const ports = {
    POSTMAND_HTTP_PORT: '0',
    POSTMAND_HEALTH_CHECK_HTTP_PORT: '0',
    POSTMAND_VALIDATE_RESPONSES: 'true',
  };
  const command = [
    process.execPath,
    path.join(root, root === ROOT ? 'src/postmand.js' : 'src/cli.ts'),
    ...args,
  ];
  const limited =
    descriptors === undefined
      ? command
      : ['sh', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh', ...command];
  const child = spawn(limited[0] as string, limited.slice(1), {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      ...ports,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const lines: LoggedLine[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) if (line.startsWith('{')) lines.push(JSON.parse(line) as LoggedLine);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  );
  lastFirst(t).after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    process: child,
    lines,
    output,
    exited,
    event: (name, timeoutMs = 20_000) =>
      until(
        `event ${name}; stderr: ${output.stderr}`,
        () => lines.find(({ event }) => event === name),
        timeoutMs,
      ),
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}
