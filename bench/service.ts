import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { now } from './clock.ts';
import { answering, freePorts, launch, stop, type Launched } from './launch.ts';

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

const CLI = fileURLToPath(new URL('../src/postmand.js', import.meta.url));

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
  const [port = 0, healthPort = 0] = await freePorts(2);
  const started = start(kind, implementation, {
    ...surroundings,
    ports: [port, healthPort],
  });
  const url = `http://127.0.0.1:${port}`;
  const urls = [
    `http://127.0.0.1:${healthPort}/healthz`,
    ...(kind === 'server' ? [`${url}/v1/webhooks?limit=1`] : []),
  ];
  const ready = answering(urls, started, `${implementation.name} ${kind}`);
  // Whoever waits for it gets the error; until then it must not end the benchmark.
  ready.catch(() => {});
  return { pid: started.child.pid ?? 0, url, ready, stop: () => stop(started) };
}

/** Of the API and of the health check. */
type Ports = [api: number, health: number];

let started = 0;

function start(
  kind: 'migrate' | 'server' | 'worker',
  implementation: Implementation,
  { databaseUrl, settings, folder, ports: [port, healthPort] }: Surroundings & { ports: Ports },
): Launched {
  started += 1;
  return launch({
    command: implementation[kind],
    folder: implementation.folder,
    output: path.join(folder, `${started}-${implementation.name}-${kind}.log`),
    env: {
      ...withoutSettings(process.env),
      ...settings,
      POSTMAND_DATABASE_URL: databaseUrl,
      POSTMAND_HTTP_PORT: String(port),
      POSTMAND_HEALTH_CHECK_HTTP_PORT: String(healthPort),
    },
  });
}

function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(POSTMAND_.*|DATABASE_URL|PORT)$/.test(name)),
  );
}
