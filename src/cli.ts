#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { Command, CommanderError } from 'commander';
import { duration, notEmpty, wholeNumber } from './cli/arguments.ts';
import { addClientCommands } from './cli/client-commands.ts';
import { ConfigError, readConfig } from './config.ts';
import { environment } from './environment.ts';
import { CommandError } from './process/command-error.ts';
import { leave } from './process/leave.ts';
import type { ListenOptions } from './commands/listen.ts';
import { printable } from './receiver/printable.ts';
import { createLog } from './telemetry/log.ts';
import { addOperations, addRedeliver, type Load, type Run } from './cli/operations.ts';
import { keepHeapSmall } from './process/small-heap.ts';
import { addServices } from './cli/services.ts';
import { StoppedEarly } from './process/stopping.ts';

/** How long what is left of a command that is done may keep the process, in milliseconds. */
const LINGER_MS = 1000;

/** Exit statuses: 0 done, 1 failed, 2 wrong arguments or settings. */
await main(process.argv);

async function main(argv: string[]): Promise<void> {
  try {
    await commandLine().parseAsync(argv);
    setTimeout(leave, LINGER_MS, 0).unref();
  } catch (error) {
    // What was opened before the failure would keep the process alive.
    leave(report(error));
  }
}

function commandLine(): Command {
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const program = new Command('postmand')
    .description(
      'Delivers webhooks: stored, signed, retried, recorded. Settings come from the environment and from .env; docs/settings.md lists them.',
    )
    .version(version)
    .option(
      '--require-otel',
      'do not start a server or worker without the SDK of OpenTelemetry (docs/tracing.md)',
      false,
    )
    .exitOverride()
    .showHelpAfterError('(postmand --help shows the commands)');
  addMigrate(program);
  addServices(program, withSettings);
  addRekey(program);
  addRedeliver(program, withSettings);
  addOperations(program, withSettings);
  addListen(program);
  addClientCommands(program);
  return program;
}

function addMigrate(program: Command): void {
  const migrate = add(
    program,
    { name: 'migrate', summary: 'create or update tables and queue' },
    async () => (await import('./commands/migrate.ts')).runMigrate,
  ).alias('m');
  add(
    migrate,
    { name: 'status', summary: 'list applied and pending migrations' },
    async () => (await import('./commands/migrate.ts')).runMigrateStatus,
  );
  add(
    migrate,
    { name: 'down', summary: 'revert the latest migration, or refuse where that would lose data' },
    async () => (await import('./commands/migrate.ts')).runMigrateDown,
  );
}

function addRekey(program: Command): void {
  program
    .command('rekey')
    .description('encrypt the secrets of all webhooks with the first encryption key')
    .option('--decrypt', 'store them unencrypted again instead', false)
    .exitOverride()
    .allowExcessArguments(false)
    .action((options: { decrypt: boolean }) =>
      withSettings(async () => {
        const { runRekey } = await import('./commands/rekey.ts');
        return (config, log) => runRekey(options, config, log);
      }),
    );
}

/**
 * A command with settings. It loads its own part only: a worker without the API's libraries needs
 * half the memory.
 */
function add(
  parent: Command,
  { name, summary }: { name: string; summary: string },
  load: () => Promise<Run>,
): Command {
  return parent
    .command(name)
    .description(summary)
    .exitOverride()
    .allowExcessArguments(false)
    .action(() => withSettings(load));
}

function addListen(program: Command): void {
  program
    .command('listen')
    .description(
      'show webhooks that arrive: a receiver for trying and debugging, without settings and without a database',
    )
    .option(
      '--port <number>',
      'port to listen on, 0 for any free one',
      wholeNumber(0, 65_535),
      9000,
    )
    .option('--host <address>', 'address to listen on; 0.0.0.0 for all', '127.0.0.1')
    .option(
      '--secret <token>',
      'check signatures by this token, or public key; a wrong one is answered with 401',
      notEmpty,
    )
    .option('--status <code>', 'status of the answers', wholeNumber(200, 599), 200)
    .option(
      '--fail <times>',
      'fail each request (path and body) that often before it gets --status',
      wholeNumber(0, 1_000_000),
      0,
    )
    .option('--fail-status <code>', 'status of those that fail', wholeNumber(200, 599), 500)
    .option(
      '--delay <time>',
      'wait before each answer, such as 3s or 500ms; a number alone is seconds',
      duration,
      0,
    )
    .showHelpAfterError('(npm run listen -- --help shows the flags)')
    .exitOverride()
    .allowExcessArguments(false)
    .action(async ({ delay, ...options }: { delay: number } & Omit<ListenOptions, 'delayMs'>) =>
      (await import('./commands/listen.ts')).runListen({ ...options, delayMs: delay }),
    );
}

async function withSettings(load: Load): Promise<void> {
  const variables = environment();
  const config = readConfig(variables);
  const log = createLog(config.logLevel);
  // Name look-ups run on these threads. libuv reads the number when it starts the first of them,
  // which nothing has asked for yet.
  process.env['UV_THREADPOOL_SIZE'] = String(config.outbound.lookupThreads);
  // An SDK of OpenTelemetry reads them by itself, and knows no .env.
  for (const [name, value] of Object.entries(variables))
    if (name.startsWith('OTEL_')) process.env[name] = value;
  // A reader of the log that goes away must not take the service with it.
  process.stdout.on('error', () => {});
  process.on('uncaughtException', (error) => {
    log.error('process.uncaught', { error });
    leave(1);
  });
  if (config.database.ignored.length > 0)
    log.warn('database.settings_ignored', {
      ignored: config.database.ignored,
      advice: 'docs/operating.md, Connections, says what counts',
    });
  const run = await load(config, log);
  // Node.js would do it at the end, which a process that is killed does not reach.
  flushCompileCache();
  keepHeapSmall();
  await run(config, log).catch((error: unknown) => {
    // The message is for the person at the terminal, the stack for the log.
    if (error instanceof StoppedEarly) log.info('command.stopped', { signal: error.signal });
    else if (!(error instanceof CommandError || error instanceof ConfigError))
      log.error('command.failed', { error });
    throw error;
  });
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof StoppedEarly) return 0;
  const message = error instanceof Error ? error.message : String(error);
  // It may repeat what an endpoint, a server or a database said.
  process.stderr.write(`postmand: ${printable(message)}\n`);
  return error instanceof ConfigError ? 2 : 1;
}
