import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { commandLine } from '../command-line.ts';
import type { Cleanup } from '../cleanup.ts';
import { openDatabaseServer } from '../database.ts';
import type { Outcome } from '../figures.ts';
import { commit, place, today } from '../machine.ts';
import { UsageError } from '../options.ts';
import { runProgram, type Ending } from '../program.ts';
import { createProgress, labelled } from '../progress.ts';
import { startReceiver } from '../receiver.ts';
import { headText, reportJson, scenarioText, type Report, type ScenarioReport } from '../report.ts';
import { ADAPTERS } from './adapters.ts';
import type { Adapter } from './adapter.ts';
import { live, type Bench } from './life.ts';
import { readRivalOptions, RIVALS_USAGE, type RivalOptions } from './options.ts';
import { SCENARIOS } from './scenarios.ts';

const COMMAND = 'npm run bench:rivals';

const argv = process.argv.slice(2);
process.exit(
  await runProgram(argv, {
    command: COMMAND,
    usage: RIVALS_USAGE,
    read: readRivalOptions,
    run: runAll,
  }),
);

async function runAll(options: RivalOptions, { cleanup, interruption }: Ending): Promise<number> {
  const adapter = ADAPTERS[options.system] as Adapter;
  const bench = { ...(await openBench(adapter, options, cleanup)), interruption };
  const report: Report = {
    command: commandLine(COMMAND, argv),
    circumstances: await circumstances(bench, options),
    scenarios: [],
  };
  for (const scenario of options.scenarios) {
    const done = await runScenario(bench, scenario, options);
    if (interruption.aborted) return 130;
    report.scenarios.push(done.report);
    if (report.scenarios.length === 1) Object.assign(report.circumstances, done.settings);
    if (options.json) continue;
    // At once: a long run may be interrupted. What the system was given is known now.
    if (report.scenarios.length === 1) process.stdout.write(headText(report));
    process.stdout.write(scenarioText(done.report));
  }
  if (options.json) process.stdout.write(reportJson(report));
  return report.scenarios.some(({ results }) => results.some((one) => one.failure)) ? 1 : 0;
}

async function openBench(
  adapter: Adapter,
  { binary, database, stores, set, sizes }: RivalOptions,
  cleanup: Cleanup,
): Promise<Omit<Bench, 'interruption'>> {
  const progress = createProgress(process.stderr);
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-rivals-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  progress.step(
    database === undefined ? 'starting an embedded PostgreSQL' : 'opening the database',
  );
  const databases = await openDatabaseServer(database, cleanup);
  const receiver = await startReceiver();
  cleanup.add(receiver.stop);
  // A path is relative to where the command was given, not to where the programs run.
  const absolute = binary?.includes('/') ? path.resolve(binary) : binary;
  return {
    adapter,
    binary: absolute,
    stores,
    set,
    sizes,
    databases,
    receiver,
    folder,
    cleanup,
    progress,
  };
}

async function circumstances(
  { adapter, binary, databases, folder }: Bench,
  { system, sizes }: RivalOptions,
): Promise<Report['circumstances']> {
  const nowhere = { redis: 'redis://127.0.0.1', rabbitmq: 'amqp://127.0.0.1' };
  const { version } = adapter.open({ binary, databaseUrl: '', stores: nowhere, ports: [] });
  const [program = '', ...parameters] = version;
  const asked = await promisify(execFile)(program, parameters, { cwd: folder }).catch(
    (error: NodeJS.ErrnoException) => {
      if (typeof error.code === 'string')
        throw new UsageError(`--binary: ${program} cannot be run: ${error.code}`);
    },
  );
  return {
    ...place(),
    Database: databases.description,
    Measured: `${system}, ${asked?.stdout.trim().split('\n')[0] || 'which does not tell its version'}`,
    Documented: adapter.documented.join(' '),
    Changed: adapter.changed.join('; ') || 'nothing',
    Accepted: adapter.accepted,
    Sizes: Object.entries(sizes)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    'Measured by': commit(),
    Date: today(),
  };
}

/** Each run in a life of its own. */
async function runScenario(
  bench: Bench,
  scenario: string,
  { system, runs }: RivalOptions,
): Promise<{ report: ScenarioReport; settings: Record<string, string> }> {
  const { summary, run } = SCENARIOS[scenario] as (typeof SCENARIOS)[string];
  const outcomes: Outcome[] = [];
  const result: ScenarioReport['results'][number] = { implementation: system, outcomes };
  let settings = {};
  try {
    for (let number = 1; number <= runs; number += 1) {
      const label = `${system} ${scenario}${runs > 1 ? ` ${number}/${runs}` : ''}`;
      const progress = labelled(bench.progress, label);
      outcomes.push(
        await live({ ...bench, progress }, async (life) => {
          settings = life.settings;
          return run(life);
        }),
      );
    }
  } catch (error) {
    // What fails while everything is taken away says nothing.
    if (bench.interruption.aborted) return { report: { scenario, summary, results: [] }, settings };
    result.failure = (error instanceof Error ? error.message : String(error)).trim();
    bench.progress.step(`${system} ${scenario} failed: ${result.failure}`);
  }
  return { report: { scenario, summary, results: [result] }, settings };
}
