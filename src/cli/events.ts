import { Option, type Command } from 'commander';
import { duration, id, moment, notEmpty, pairs, wholeNumber } from './arguments.ts';
import type { ListEvents } from '../commands/api/events.ts';
import type { ShowEvent } from '../commands/api/event.ts';
import type { SendOptions } from '../commands/api/send.ts';
import { addListing, addShowing, runAt } from './showing-options.ts';

export function addEvents(program: Command): void {
  const events = program
    .command('events')
    .description('list events, and show who gets one, who does not, and why')
    .exitOverride();
  addListing(events, 'a line for each event, the newest first')
    .option('--type <type>', 'those of this type', notEmpty)
    .option('--since <time>', 'those created since then: 2h or 3d (ago), 2026-11-26T10:00Z', moment)
    .option('--until <time>', 'those created before then, given in the same way', moment)
    .option('--metadata <pair>', 'those with this pair, such as customer=42; repeatable', pairs)
    .action((options: ListEvents) =>
      runAt(async () => {
        const { runListEvents } = await import('../commands/api/events.ts');
        return (api) => runListEvents(options, api);
      }),
    );
  addShowing(events, {
    name: 'show',
    summary: 'who gets an event, who does not and why, and what became of it',
  })
    .argument('<event>', 'its id', id)
    .option('--limit <number>', 'at most so many deliveries', wholeNumber(1, 10_000), 50)
    .action((event: string, options: ShowEvent) =>
      runAt(async () => {
        const { runShowEvent } = await import('../commands/api/event.ts');
        return (api) => runShowEvent(event, options, api);
      }),
    );
}

export function addSend(program: Command): void {
  addShowing(program, {
    name: 'send',
    summary: 'create a delivery of a webhook, or an event for whoever subscribed',
  })
    .addOption(
      new Option('--webhook <webhook>', 'a delivery of this webhook, by its id or its name')
        .argParser(notEmpty)
        .conflicts('event'),
    )
    .option('--event <type>', 'an event of this type', notEmpty)
    .option('--payload <payload>', 'a text, @FILE, or - for stdin; {} where it is left out')
    .option('--metadata <pair>', 'with this pair, such as customer=42; repeatable', pairs)
    .option('--ordering-key <key>', 'with this ordering key', notEmpty)
    .option('--wait', 'show what becomes of it, until it has ended', false)
    .option('--timeout <time>', 'with --wait: at most so long', duration, 60_000)
    .action(
      ({ timeout: waitMs, ...options }: SendOptions & { timeout: number }, command: Command) => {
        if (options.webhook === undefined && options.event === undefined)
          command.error('error: Say what to create: --webhook or --event.', { exitCode: 2 });
        return runAt(async () => {
          const { runSend } = await import('../commands/api/send.ts');
          return (api) => runSend({ ...options, waitMs }, api);
        });
      },
    );
}
