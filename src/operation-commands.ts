import { Option, type Command } from 'commander';
import { id, ids, moment, wholeNumber } from './arguments.ts';
import type { RedeliverOptions } from './commands/redeliver.ts';
import type { Config } from './config.ts';
import type { Log } from './telemetry/log.ts';

export type Run = (config: Config, log: Log) => Promise<void>;
type WithSettings = (load: () => Promise<Run>) => Promise<void>;

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
      return withSettings(async () => {
        const { runRedeliver } = await import('./commands/redeliver.ts');
        return (config, log) => runRedeliver(options, config, log);
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
      withSettings(async () => (await import('./commands/operations.ts')).runOperations),
    );
  operations
    .command('watch')
    .argument('<id>', 'the id of the operation', id)
    .description('show how far an operation is, until it has ended')
    .exitOverride()
    .allowExcessArguments(false)
    .action((operation: string) =>
      withSettings(async () => {
        const { runWatch } = await import('./commands/operations.ts');
        return (config, log) => runWatch(operation, config, log);
      }),
    );
  operations
    .command('cancel')
    .argument('<id>', 'the id of the operation', id)
    .description('end an operation; what it has done stays')
    .exitOverride()
    .allowExcessArguments(false)
    .action((operation: string) =>
      withSettings(async () => {
        const { runCancel } = await import('./commands/operations.ts');
        return (config, log) => runCancel(operation, config, log);
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
