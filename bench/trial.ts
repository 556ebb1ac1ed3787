import type pg from 'pg';
import type { Connection } from '../src/database/connection.ts';
import { createCleanup, type Cleanup } from './cleanup.ts';
import { now } from './clock.ts';
import type { DatabaseServer } from './database.ts';
import type { Outcome } from './figures.ts';
import type { Part } from './meter.ts';
import { createPayloads } from './payload.ts';
import { labelled, type Progress } from './progress.ts';
import type { Receiver } from './receiver.ts';
import { runMigrate, startService, type Implementation, type Service } from './service.ts';
import type { Sizes } from './sizes.ts';

/** What all trials share. */
export type Bench = {
  databases: DatabaseServer;
  receiver: Receiver;
  sizes: Sizes;
  /** POSTMAND_… variables that every process gets. */
  settings: Record<string, string>;
  /** For the output of processes. */
  folder: string;
  cleanup: Cleanup;
  /** Somebody wants it to end. */
  interruption: AbortSignal;
  progress: Progress;
};

/** One run of a scenario against one implementation, on a database of its own. */
export type Trial = {
  implementation: Implementation['name'];
  sizes: Sizes;
  pool: pg.Pool;
  /** How to reach the same database, for connections such as the service has. */
  connection: Connection;
  receiver: Receiver;
  progress: Progress;
  /** Makes the next payload. */
  payload: () => string;
  /** The end of a measurement that starts now. */
  deadline(): number;
  /** @returns how long it took, in milliseconds. */
  migrate(): Promise<number>;
  /** Starts a server and waits until it answers. */
  startServer(): Promise<Service>;
  /** Starts workers, with settings beside those of all, and does not wait for them. */
  startWorkers(settings?: Record<string, string>): Promise<Service[]>;
  /** Those started, for a meter. */
  parts(services: { server?: Service; workers?: Service[] }): Part[];
};

export type Scenario = { summary: string; run(trial: Trial): Promise<Outcome> };

/** Runs a scenario once and leaves nothing behind. */
export async function runTrial(
  bench: Bench,
  implementation: Implementation,
  { run, label }: Pick<Scenario, 'run'> & { label: string },
): Promise<Outcome> {
  const cleanup = createCleanup();
  const undo = bench.cleanup.add(cleanup.run);
  try {
    const trial = await openTrial(bench, implementation, cleanup);
    return await run({ ...trial, progress: labelled(bench.progress, label) });
  } finally {
    await undo();
  }
}

async function openTrial(
  bench: Bench,
  implementation: Implementation,
  cleanup: Cleanup,
): Promise<Omit<Trial, 'progress'>> {
  const { databases, receiver, sizes, settings, folder } = bench;
  await receiver.reset();
  const database = await databases.create();
  cleanup.add(database.drop);
  const surroundings = { databaseUrl: database.url, settings, folder };

  async function start(
    kind: 'server' | 'worker',
    more: Record<string, string> = {},
  ): Promise<Service> {
    const service = await startService(kind, implementation, {
      ...surroundings,
      settings: { ...settings, ...more },
    });
    cleanup.add(service.stop);
    return service;
  }

  return {
    implementation: implementation.name,
    sizes,
    pool: database.pool,
    connection: database.connection,
    receiver,
    payload: createPayloads(),
    deadline: () => now() + sizes.limit * 1000,
    migrate: () => runMigrate(implementation, surroundings),
    async startServer() {
      const server = await start('server');
      await server.ready;
      return server;
    },
    startWorkers: (more) =>
      Promise.all(Array.from({ length: sizes.workers }, () => start('worker', more))),
    parts: ({ server, workers }) => [
      ...(workers ? [{ name: 'worker' as const, pids: workers.map(({ pid }) => pid) }] : []),
      ...(server ? [{ name: 'server' as const, pids: [server.pid] }] : []),
      { name: 'PostgreSQL', pids: [databases.pid] },
    ],
  };
}
