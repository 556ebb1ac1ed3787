import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Cleanup } from './cleanup.ts';
import { now } from './clock.ts';
import { commandLine } from './command-line.ts';
import { openDatabaseServer } from './database.ts';
import { writeResults } from './document.ts';
import { circumstances, handedOn } from './machine.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { runProgram, type Ending } from './program.ts';
import { createProgress } from './progress.ts';
import { startReceiver } from './receiver.ts';
import {
  headText,
  reportJson,
  reportMarkdown,
  scenarioText,
  type Report,
  type ScenarioReport,
} from './report.ts';
import { SCENARIOS } from './scenarios.ts';
import { otherImplementation, ourImplementation, type Implementation } from './service.ts';
import { runTrial, type Bench } from './trial.ts';

const COMMAND = 'npm run bench';

const argv = process.argv.slice(2);
process.exit(
  await runProgram(argv, { command: COMMAND, usage: USAGE, read: readOptions, run: runAll }),
);

async function runAll(options: Options, { cleanup, interruption }: Ending): Promise<number> {
  const startedAt = now();
  const bench = { ...(await openBench(options, cleanup)), interruption };
  const implementations = [
    ourImplementation(bench.folder),
    ...(options.other ? [otherImplementation(options.other)] : []),
  ];
  const report: Report = {
    command: commandLine(COMMAND, argv),
    circumstances: circumstances(bench.databases.description, bench.settings),
    scenarios: [],
  };
  if (!options.json) process.stdout.write(headText(report));
  for (const name of options.scenarios) {
    const done = await runScenario(bench, name, { implementations, runs: options.runs });
    if (interruption.aborted) return 130;
    report.scenarios.push(done);
    // At once: a long run may be interrupted.
    if (!options.json) process.stdout.write(scenarioText(done));
  }
  if (options.json) process.stdout.write(reportJson(report));
  if (options.write) bench.progress.step(`written: ${await writeResults(reportMarkdown(report))}`);
  bench.progress.step(`${Math.round((now() - startedAt) / 1000)} s in all`);
  return report.scenarios.some(({ results }) =>
    results.some(({ failure }) => failure !== undefined),
  )
    ? 1
    : 0;
}

async function openBench(
  { database, sizes }: Options,
  cleanup: Cleanup,
): Promise<Omit<Bench, 'interruption'>> {
  const progress = createProgress(process.stderr);
  const settings = handedOn(process.env);
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-bench-output-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  progress.step(
    database === undefined ? 'starting an embedded PostgreSQL' : 'looking at the database',
  );
  const databases = await openDatabaseServer(database, cleanup);
  const receiver = await startReceiver();
  cleanup.add(receiver.stop);
  return { databases, receiver, sizes, settings, folder, cleanup, progress };
}

/**
 * All runs of a scenario, the implementations by turns and each first every other time: what
 * disturbs one then disturbs the other too.
 */
async function runScenario(
  bench: Bench,
  scenario: string,
  { implementations, runs }: { implementations: Implementation[]; runs: number },
): Promise<ScenarioReport> {
  const { summary, run } = SCENARIOS[scenario] as (typeof SCENARIOS)[string];
  const results: ScenarioReport['results'] = implementations.map(({ name }) => ({
    implementation: name,
    outcomes: [],
  }));
  for (let number = 1; number <= runs; number += 1) {
    const turns = implementations.map((implementation, i) => ({
      implementation,
      result: results[i],
    }));
    for (const { implementation, result } of number % 2 === 1 ? turns : turns.toReversed()) {
      if (result === undefined || result.failure !== undefined) continue;
      const label = [
        scenario,
        ...(implementations.length > 1 ? [implementation.name] : []),
        ...(runs > 1 ? [`${number}/${runs}`] : []),
      ];
      try {
        result.outcomes.push(
          await runTrial(bench, implementation, { run, label: label.join(' ') }),
        );
      } catch (error) {
        // What fails while everything is taken away says nothing.
        if (bench.interruption.aborted) return { scenario, summary, results };
        result.failure = (error instanceof Error ? error.message : String(error)).trim();
        bench.progress.step(`${label.join(' ')} failed: ${result.failure}`);
      }
    }
  }
  return { scenario, summary, results };
}
