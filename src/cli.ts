#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ConfigError, environment, readConfig, type Config } from './config.ts';
import { CommandError } from './lifecycle.ts';
import { createLog, type Log } from './log.ts';
import { runMigrate, runMigrateDown, runMigrateStatus } from './migrate.ts';
import { runServer } from './server.ts';
import { runStart } from './start.ts';
import { runWorker } from './worker.ts';

/** Exit statuses: 0 done, 1 failed, 2 wrong arguments or settings. */
await main(process.argv);

async function main(argv: string[]): Promise<void> {
  try {
    await commandLine().parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function commandLine(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  const program = new Command('postmand')
    .description(
      'Delivers webhooks: stored, signed, retried, recorded. Settings come from the environment and from .env; the README lists them.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(postmand --help shows the commands)');
  const add = (parent: Command, name: string, summary: string, run: Run) =>
    parent
      .command(name)
      .description(summary)
      .exitOverride()
      .allowExcessArguments(false)
      .action(() => withSettings(run));

  const migrate = add(program, 'migrate', 'create or update tables and queue', runMigrate).alias('m');
  add(migrate, 'status', 'list applied and pending migrations', runMigrateStatus);
  add(migrate, 'down', 'revert the latest migration, or refuse where that would lose data', runMigrateDown);
  add(program, 'server', 'serve the API', runServer).alias('s');
  add(program, 'worker', 'deliver', runWorker).alias('w');
  add(program, 'start', 'everything in one process, on an embedded PostgreSQL unless POSTMAND_DATABASE_URL is set', runStart);
  return program;
}

type Run = (config: Config, log: Log) => Promise<void>;

async function withSettings(run: Run): Promise<void> {
  const config = readConfig(environment());
  const log = createLog(config.logLevel);
  process.on('uncaughtException', (error) => {
    log.error('process.uncaught', { error });
    process.exit(1);
  });
  await run(config, log).catch((error: unknown) => {
    // The message is for the person at the terminal, the stack for the log.
    if (!(error instanceof CommandError)) log.error('command.failed', { error });
    throw error;
  });
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`postmand: ${error instanceof Error ? error.message : String(error)}\n`);
  return error instanceof ConfigError ? 2 : 1;
}
