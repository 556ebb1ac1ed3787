import { Option, type Command } from 'commander';
import { eventTypes, httpUrl, id, moment, statuses } from './arguments.ts';
import { withApi } from './commands/api.ts';
import type { ForwardOptions } from './commands/forward.ts';
import type { TailOptions } from './commands/tail.ts';

/** `tail`: attempts as they are recorded. */
export function addTail(program: Command): void {
  program
    .command('tail')
    .description('show attempts as a server records them, a line each')
    .option('--webhook <id>', 'those of this webhook', id)
    .option('--delivery <id>', 'those of this delivery', id)
    .addOption(new Option('--failed', 'those that failed').default(false).conflicts('succeeded'))
    .option('--succeeded', 'those that succeeded', false)
    .option(
      '--status <statuses>',
      'those that were answered so: 5xx, 404, or none for no answer; commas may be between them',
      statuses,
    )
    .option(
      '--event-type <types>',
      'those for events of these types, such as order.paid or order.*; commas may be between them',
      eventTypes,
    )
    .option(
      '--since <time>',
      'begin with those recorded since then: 10m or 2h (ago), 2026-11-26T10:00Z',
      moment,
    )
    .option('--utc', 'times in UTC instead of the zone of this machine', false)
    .option('--json', 'a line of JSON each', false)
    .showHelpAfterError('(postmand tail --help shows the flags)')
    .exitOverride()
    .allowExcessArguments(false)
    .action((options: TailOptions) =>
      withApi(async (api) => (await import('./commands/tail.ts')).runTail(options, api)),
    );
}

/** `forward`: what is sent to a webhook also reaches a laptop. */
export function addForward(program: Command): void {
  program
    .command('forward')
    .description('send what a server sends to a webhook to another URL too, such as your laptop')
    .requiredOption('--webhook <id>', 'the webhook', id)
    .requiredOption(
      '--to <url>',
      'where to, such as http://localhost:3000/hooks; without a path, that of the webhook is kept',
      httpUrl,
    )
    .option('--every-attempt', 'retries of a delivery too, not only the first attempt seen', false)
    .option('--json', 'a line of JSON each', false)
    .showHelpAfterError('(postmand forward --help shows the flags)')
    .exitOverride()
    .allowExcessArguments(false)
    .action((options: ForwardOptions) =>
      withApi(async (api) => (await import('./commands/forward.ts')).runForward(options, api)),
    );
}
