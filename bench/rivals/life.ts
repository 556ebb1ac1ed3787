import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { createCleanup, type Cleanup } from '../cleanup.ts';
import { now } from '../clock.ts';
import type { DatabaseServer } from '../database.ts';
import { answering, freePorts, kill, launch, stop, type Launched } from '../launch.ts';
import type { Post } from '../load.ts';
import type { Part } from '../meter.ts';
import { createPayloads, marksOf } from '../payload.ts';
import type { Progress } from '../progress.ts';
import type { Endpoint, Receiver } from '../receiver.ts';
import type { Adapter, Program, StoreName, System } from './adapter.ts';
import type { RivalSizes } from './sizes.ts';
import { openStore, type Store } from './stores.ts';

/** What all lives share. */
export type Bench = {
  adapter: Adapter;
  binary: string | undefined;
  /** URLs or programs of the stores that the adapter needs. */
  stores: Partial<Record<StoreName, string>>;
  /** More environment variables for its programs. */
  set: Record<string, string>;
  databases: DatabaseServer;
  receiver: Receiver;
  sizes: RivalSizes;
  folder: string;
  cleanup: Cleanup;
  /** Somebody wants it to end. */
  interruption: AbortSignal;
  progress: Progress;
};

/** A system that runs, on stores and a database of its own, with its healthy endpoints. */
export type Life = {
  sizes: RivalSizes;
  receiver: Receiver;
  progress: Progress;
  /** The next message for the next of the endpoints. */
  next(endpoints: string[]): () => Post;
  createEndpoints(kind: Endpoint, count: number): Promise<string[]>;
  /** Its programs and the stores that were started for it. */
  parts(): Part[];
  /** Ends all its programs as a crash would; not the stores. */
  kill(): Promise<void>;
  /** Starts them again, and waits until all are ready. */
  start(): Promise<void>;
  deadline(): number;
  /** What it was given, by name. */
  settings: Record<string, string>;
};

/** Starts a system, has `work` measure it, and leaves nothing behind. */
export async function live<Result>(
  bench: Bench,
  work: (life: Life) => Promise<Result>,
): Promise<Result> {
  const cleanup = createCleanup();
  const undo = bench.cleanup.add(cleanup.run);
  try {
    return await work(await open(bench, cleanup));
  } finally {
    await undo();
  }
}

async function open(bench: Bench, cleanup: Cleanup): Promise<Life> {
  const { adapter, binary, databases, receiver, sizes, folder, progress } = bench;
  await receiver.reset();
  const database = await databases.create();
  cleanup.add(database.drop);
  const stores = new Map<StoreName, Store>();
  for (const name of adapter.stores)
    stores.set(name, await openStore(name, { given: bench.stores[name] ?? '', folder, cleanup }));
  const urls = {
    redis: stores.get('redis')?.url ?? '',
    rabbitmq: stores.get('rabbitmq')?.url ?? '',
  };
  const given = { binary, databaseUrl: database.url, stores: urls, ports: await freePorts(4) };
  const system = withVariables(adapter.open(given), bench.set);
  progress.step('migrating');
  await migrate(system, folder);

  const launched = new Map<string, Launched>();
  const start = async () => {
    for (const program of system.programs)
      launched.set(program.name, startProgram(program, folder));
    for (const program of system.programs)
      await answering([program.readyUrl], launchedOf(launched, program), program.name);
  };
  cleanup.add(async () => void (await Promise.all([...launched.values()].map((one) => stop(one)))));
  await start();
  const payload = createPayloads();
  return {
    sizes,
    receiver,
    progress,
    next(endpoints) {
      let turn = 0;
      return () => {
        const text = payload();
        const marks = marksOf(text) ?? { id: 0, sentAt: 0 };
        return { ...system.post(endpoints[turn++ % endpoints.length] ?? '', text), marks };
      };
    },
    async createEndpoints(kind, count) {
      const made: string[] = [];
      // Numbers that no other kind has: some systems name their endpoints by them.
      for (let number = 0; number < count; number += 1)
        made.push(
          await system.createEndpoint(
            receiver.url(kind, number),
            kind === 'fast' ? number : 1000 + number,
          ),
        );
      return made;
    },
    parts: () => [
      ...system.programs.map((program) => ({
        name: program.name,
        pids: [launchedOf(launched, program).child.pid],
      })),
      ...[...stores.values()].flatMap(({ part }) => part ?? []),
      { name: 'PostgreSQL', pids: [databases.pid] },
    ],
    kill: async () => void (await Promise.all([...launched.values()].map(kill))),
    start,
    deadline: () => now() + sizes.limit * 1000,
    settings: settingsOf(system, stores),
  };
}

function withVariables(system: System, set: Record<string, string>): System {
  return {
    ...system,
    programs: system.programs.map((program) => ({ ...program, env: { ...program.env, ...set } })),
  };
}

/** Runs its commands one after the other. @throws where one fails, with what it printed. */
async function migrate({ migrate: commands, onMigrated, programs }: System, folder: string) {
  let printed = '';
  for (const [program = '', ...parameters] of commands) {
    const env = { ...surroundings(folder), ...programs[0]?.env };
    const { stdout, stderr } = await promisify(execFile)(program, parameters, { cwd: folder, env });
    printed += stdout + stderr;
  }
  onMigrated?.(printed);
}

let started = 0;

function startProgram({ name, command, env }: Program, folder: string): Launched {
  started += 1;
  const output = path.join(folder, `${started}-${name}.log`);
  return launch({ command, folder, env: { ...surroundings(folder), ...env }, output });
}

/** Nothing else of our environment: what a system is given is what the results show. */
const surroundings = (folder: string) => ({
  PATH: process.env['PATH'],
  HOME: folder,
  LANG: 'C.UTF-8',
});

function launchedOf(launched: Map<string, Launched>, { name }: Program): Launched {
  const found = launched.get(name);
  if (found === undefined) throw new Error(`${name} was not started.`);
  return found;
}

/** Every variable of every program, and how its stores were started. */
function settingsOf({ programs }: System, stores: Map<StoreName, Store>): Record<string, string> {
  const isCommon = ([name, value]: [string, string]) =>
    programs.length > 1 && programs.every(({ env }) => env[name] === value);
  const [first = { env: {} }] = programs;
  const common = Object.entries(first.env).filter(isCommon);
  const own = programs.map(({ name, env }) => [
    `${name} is given`,
    variables(Object.entries(env).filter((one) => !isCommon(one))),
  ]);
  return {
    ...(common.length > 0 ? { 'each is given': variables(common) } : {}),
    ...(Object.fromEntries(own) as Record<string, string>),
    ...Object.fromEntries([...stores].map(([name, { settings }]) => [name, settings])),
  };
}

/** URLs without their user and password. */
const variables = (entries: [string, string][]): string =>
  entries.map(([name, value]) => `${name}=${value.replaceAll(/\/\/[^/@]*@/g, '//…@')}`).join(' ');
