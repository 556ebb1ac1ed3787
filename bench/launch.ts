import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { now, reached, within } from './clock.ts';
import { call, isSuccess } from './http.ts';

/** A process to start. `output` is the file that has what it prints. */
export type Launch = {
  command: string[];
  folder: string;
  env: NodeJS.ProcessEnv;
  output: string;
};

/** A process that was started, with all that it starts. */
export type Launched = {
  child: ChildProcess;
  ended: Promise<number | string>;
  hasEnded(): boolean;
  lastOutput(): string;
};

const READY_MS = 60_000;
const STOP_MS = 3000;

export function launch({ command, folder, env, output }: Launch): Launched {
  const file = openSync(output, 'a');
  const [program = '', ...parameters] = command;
  const child = spawn(program, parameters, {
    cwd: folder,
    // A group of its own: Ctrl-C is for us, and what it starts ends with it.
    detached: true,
    stdio: ['ignore', file, file],
    env,
  });
  closeSync(file);
  let over = false;
  const ended = new Promise<number | string>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 'nothing'));
    child.on('error', (error) => resolve(error.message));
  }).finally(() => (over = true));
  return {
    child,
    ended,
    hasEnded: () => over,
    lastOutput: () => readFileSync(output, 'utf8').split('\n').slice(-15).join('\n'),
  };
}

/** Resolves when all URLs answer with a 2xx. @throws where the process ends, or does not. */
export async function answering(urls: string[], launched: Launched, name: string): Promise<void> {
  const agent = new Agent();
  const deadline = now() + READY_MS;
  for (const url of urls) {
    const ok = () =>
      call(agent, { method: 'GET', url }).then(
        ({ status }) => isSuccess(status),
        () => false,
      );
    await running(launched, { name, what: `at ${url}`, deadline, ok });
  }
}

/** Resolves when `ok` does. @throws where the process ends before, or when the time is over. */
export async function running(
  { hasEnded, ended, lastOutput }: Launched,
  {
    name,
    what,
    ok,
    deadline = now() + READY_MS,
  }: { name: string; what: string; ok: () => Promise<boolean>; deadline?: number },
): Promise<void> {
  const at = await reached(async () => hasEnded() || (await ok()), deadline);
  if (hasEnded()) throw new Error(`${name} ended with ${await ended}:\n${lastOutput()}`);
  if (at === undefined) throw new Error(`${name} does not answer ${what}:\n${lastOutput()}`);
}

export async function stop(
  { child, ended, hasEnded }: Launched,
  patienceMs = STOP_MS,
): Promise<void> {
  signalGroup(child, 'SIGTERM');
  await within(ended, patienceMs);
  // Measured is measured: nobody waits for sends that hang.
  if (!hasEnded()) signalGroup(child, 'SIGKILL');
  await ended;
}

/** Ends it as a crash would, with all that it started. */
export async function kill({ child, ended }: Launched): Promise<void> {
  signalGroup(child, 'SIGKILL');
  await ended;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ports that were free just now: not every implementation can say which one it got. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(Array.from({ length: count }, listenAnywhere));
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}

function listenAnywhere(): Promise<ReturnType<typeof createServer>> {
  const probe = createServer();
  return new Promise((resolve, reject) =>
    probe.once('error', reject).listen(0, () => resolve(probe)),
  );
}
