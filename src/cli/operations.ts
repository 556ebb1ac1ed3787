import { Option, type Command } from 'commander';
import { id, ids, moment, wholeNumber } from './arguments.ts';
import type { OperationsAccess } from '../commands/operations-access.ts';
import type { RedeliverOptions } from '../commands/redeliver.ts';
import type { Config } from '../config.ts';
import { environment } from '../environment.ts';
import { runAt } from './showing-options.ts';
import type { Log } from '../telemetry/log.ts';

export type Run = (config: Config, log: Log) => Promise<void>;

/** Loads what a command runs. */
export type Load = (config: Config, log: Log) => Promise<Run>;
export type WithSettings = (load: Load) => Promise<void>;
type RunOn = (operations: OperationsAccess) => Promise<void>;

/**
 * Runs what `load` brings on the operations of a server where POSTMAND_API_URL is set, and on those
 * in the database otherwise.
 */
async function onOperations(withSettings: WithSettings, load: () => Promise<RunOn>): Promise<void> {
  if (environment()['POSTMAND_API_URL']) {
    const { atServer } = await import('../commands/api/operations-at-server.ts');
    return runAt(async () => {
      const run = await load();
      return (api) => run(atServer(api));
    });
  }
  return withSettings(async () => {
    const { withDatabase } = await import('../commands/operations-in-database.ts');
    const run = await load();
    return (config, log) => withDatabase(config, log, run);
  });
}

export function addRedeliver(program: Command, withSettings: WithSettings): void {
  program
    .command('redeliver')
    .description(
      'make deliveries that have ended pending again, and show how far that is; a worker does it',
    )
    .option('--webhook <id>', 'those of this webhook', id)
    .addOption(
      new Option(
        '--status <status>',
        'those that ended so; failed where --ids is not given',
      ).choices(['failed', 'succeeded']),
    )
    .addOption(
      new Option('--failed-reason <reason>', 'those that failed for this reason').choices([
        'attempts',
        'expired',
        'poison',
      ]),
    )
    .option('--since <time>', 'those created since then: 2h or 3d (ago), 2026-11-26T10:00Z', moment)
    .option('--until <time>', 'those created before then, given in the same way', moment)
    .option('--ids <id...>', 'these, at most 1,000; commas may be between them', ids)
    .option('--rate <number>', 'at most so many a second', wholeNumber(1, 1000), 50)
    .option('--dry-run', 'say how many they are, and change nothing', false)
    .option('--detach', 'do not wait for the end', false)
    .showHelpAfterError('(postmand redeliver --help shows the flags)')
    .exitOverride()
    .allowExcessArguments(false)
    .action((options: RedeliverOptions, command: Command) => {
      const fault = faultOf(options);
      if (fault !== undefined) command.error(`error: ${fault}`, { exitCode: 2 });
      return onOperations(withSettings, async () => {
        const { runRedeliver } = await import('../commands/redeliver.ts');
        return (operations) => runRedeliver(options, operations);
      });
    });
}

export function addOperations(program: Command, withSettings: WithSettings): void {
  const operations = program
    .command('operations')
    .description('list the 20 newest operations, each of which works on many deliveries')
    .showHelpAfterError('(postmand operations --help shows its commands)')
    .exitOverride()
    .allowExcessArguments(false)
    .action(() =>
      onOperations(
        withSettings,
        async () => (await import('../commands/operations.ts')).runOperations,
      ),
    );
  operations
    .command('watch')
    .argument('<id>', 'the id of the operation', id)
    .description('show how far an operation is, until it has ended')
    .exitOverride()
    .allowExcessArguments(false)
    .action((operation: string) =>
      onOperations(withSettings, async () => {
        const { runWatch } = await import('../commands/operations.ts');
        return (operations) => runWatch(operation, operations);
      }),
    );
  operations
    .command('cancel')
    .argument('<id>', 'the id of the operation', id)
    .description('end an operation; what it has done stays')
    .exitOverride()
    .allowExcessArguments(false)
    .action((operation: string) =>
      onOperations(withSettings, async () => {
        const { runCancel } = await import('../commands/operations.ts');
        return (operations) => runCancel(operation, operations);
      }),
    );
}

/** What is wrong with options that are right one by one. */
function faultOf(options: RedeliverOptions): string | undefined {
  const { webhook, status, failedReason, since, until, ids } = options;
  if ((ids?.length ?? 0) > 1000) return '--ids takes at most 1,000 ids.';
  if (failedReason !== undefined && status === 'succeeded')
    return '--failed-reason goes with --status failed only.';
  const named = [webhook, status, failedReason, since, until, ids];
  // As the API has it: a filter that was forgotten must not send everything again.
  if (named.every((one) => one === undefined))
    return 'Say which deliveries: --webhook, --failed-reason, --since, --until or --ids. --status failed means all that failed.';
  return undefined;
}
