import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { now, reached, within } from './clock.ts';
import { call } from './http.ts';

/** One implementation of the service: the commands that start it. */
export type Implementation = {
  name: 'ours' | 'other';
  migrate: string[];
  server: string[];
  worker: string[];
  folder: string;
};

/** A running server or worker. */
export type Service = {
  pid: number;
  /** Where the API is, without /v1; only a server has it. */
  url: string;
  /** Resolves when it answers on its health port and, a server, on its API. */
  ready: Promise<void>;
  stop(): Promise<void>;
};

/**
 * What a process is given: the database, its settings from the environment, and a folder for its
 * output.
 */
export type Surroundings = {
  databaseUrl: string;
  settings: Record<string, string>;
  folder: string;
};

const READY_MS = 60_000;
const STOP_MS = 3000;

const CLI = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

/** This working tree. Its processes run in `folder`, out of reach of anybody's `.env`. */
export function ourImplementation(folder: string): Implementation {
  const command = (name: string) => [process.execPath, CLI, name];
  return {
    name: 'ours',
    migrate: command('migrate'),
    server: command('server'),
    worker: command('worker'),
    folder,
  };
}

/** Another one, by shell commands that run in the present folder. */
export function otherImplementation(commands: {
  migrate: string;
  server: string;
  worker: string;
}): Implementation {
  // Replaced by exec, the shell is neither measured nor left behind.
  const shell = (command: string) => ['/bin/sh', '-c', `exec ${command}`];
  return {
    name: 'other',
    migrate: shell(commands.migrate),
    server: shell(commands.server),
    worker: shell(commands.worker),
    folder: process.cwd(),
  };
}

/** Runs the migrate command to its end. @returns how long it took, in milliseconds. */
export async function runMigrate(
  implementation: Implementation,
  surroundings: Surroundings,
): Promise<number> {
  const startedAt = now();
  const started = start('migrate', implementation, { ...surroundings, ports: [0, 0] });
  const code = await started.ended;
  if (code !== 0)
    throw new Error(`${implementation.name} migrate ended with ${code}:\n${started.lastOutput()}`);
  return now() - startedAt;
}

/** Starts a server or a worker on free ports, and does not wait for it. */
export async function startService(
  kind: 'server' | 'worker',
  implementation: Implementation,
  surroundings: Surroundings,
): Promise<Service> {
  const ports = await freePorts();
  const started = start(kind, implementation, { ...surroundings, ports });
  const url = `http://127.0.0.1:${ports[0]}`;
  const urls = [
    `http://127.0.0.1:${ports[1]}/healthz`,
    ...(kind === 'server' ? [`${url}/v1/webhooks?limit=1`] : []),
  ];
  const ready = answering(urls, started, `${implementation.name} ${kind}`);
  // Whoever waits for it gets the error; until then it must not end the benchmark.
  ready.catch(() => {});
  return { pid: started.child.pid ?? 0, url, ready, stop: () => stop(started) };
}

type Started = {
  child: ChildProcess;
  ended: Promise<number | string>;
  hasEnded(): boolean;
  lastOutput(): string;
};

/** Of the API and of the health check. */
type Ports = [api: number, health: number];

let started = 0;

function start(
  kind: 'migrate' | 'server' | 'worker',
  implementation: Implementation,
  { databaseUrl, settings, folder, ports: [port, healthPort] }: Surroundings & { ports: Ports },
): Started {
  started += 1;
  const file = path.join(folder, `${started}-${implementation.name}-${kind}.log`);
  const output = openSync(file, 'w');
  const [program = '', ...parameters] = implementation[kind];
  const child = spawn(program, parameters, {
    cwd: implementation.folder,
    // A group of its own: Ctrl-C is for us, and what it starts ends with it.
    detached: true,
    stdio: ['ignore', output, output],
    env: {
      ...withoutSettings(process.env),
      ...settings,
      POSTMAND_DATABASE_URL: databaseUrl,
      POSTMAND_HTTP_PORT: String(port),
      POSTMAND_HEALTH_CHECK_HTTP_PORT: String(healthPort),
    },
  });
  closeSync(output);
  let over = false;
  const ended = new Promise<number | string>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 'nothing'));
    child.on('error', (error) => resolve(error.message));
  }).finally(() => (over = true));
  return {
    child,
    ended,
    hasEnded: () => over,
    lastOutput: () => readFileSync(file, 'utf8').split('\n').slice(-15).join('\n'),
  };
}

function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(POSTMAND_.*|DATABASE_URL|PORT)$/.test(name)),
  );
}

async function answering(
  urls: string[],
  { hasEnded, ended, lastOutput }: Started,
  name: string,
): Promise<void> {
  const agent = new Agent();
  const deadline = now() + READY_MS;
  for (const url of urls) {
    const ok = () =>
      call(agent, { method: 'GET', url }).then(
        ({ status }) => status === 200,
        () => false,
      );
    const at = await reached(async () => hasEnded() || (await ok()), deadline);
    if (hasEnded()) throw new Error(`${name} ended with ${await ended}:\n${lastOutput()}`);
    if (at === undefined) throw new Error(`${name} does not answer at ${url}:\n${lastOutput()}`);
  }
}

async function stop({ child, ended, hasEnded }: Started): Promise<void> {
  signalGroup(child, 'SIGTERM');
  await within(ended, STOP_MS);
  // Measured is measured: nobody waits for sends that hang.
  if (!hasEnded()) signalGroup(child, 'SIGKILL');
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

/** Two ports that were free just now: not every implementation can say which one it got. */
async function freePorts(): Promise<Ports> {
  const probes = await Promise.all([listenAnywhere(), listenAnywhere()]);
  const [a, b] = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return [a ?? 0, b ?? 0];
}

function listenAnywhere(): Promise<ReturnType<typeof createServer>> {
  const probe = createServer();
  return new Promise((resolve, reject) =>
    probe.once('error', reject).listen(0, () => resolve(probe)),
  );
}
