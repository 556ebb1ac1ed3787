import { Option, type Command } from 'commander';
import { eventTypes, httpUrl, id, moment, notEmpty, statuses } from './arguments.ts';
import type { ForwardOptions } from '../commands/api/forward.ts';
import type { TailOptions } from '../commands/api/tail.ts';
import { addShowing, runAt } from './showing-options.ts';

/** A command that goes on until it is stopped. */
const JSON_LINES = 'a line of JSON each';

export function addTail(program: Command): void {
  addShowing(program, {
    name: 'tail',
    summary: 'show attempts as a server records them, a line each',
    json: JSON_LINES,
  })
    .option('--webhook <webhook>', 'those of this webhook, by its id or its name', notEmpty)
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
    .action((options: TailOptions) =>
      runAt(async () => {
        const { runTail } = await import('../commands/api/tail.ts');
        return (api) => runTail(options, api);
      }),
    );
}

export function addForward(program: Command): void {
  addShowing(program, {
    name: 'forward',
    summary: 'send what a server sends to a webhook to another URL too, such as your laptop',
    json: JSON_LINES,
  })
    .requiredOption('--webhook <webhook>', 'the webhook, by its id or its name', notEmpty)
    .requiredOption(
      '--to <url>',
      'where to, such as http://localhost:3000/hooks; without a path, that of the webhook is kept',
      httpUrl,
    )
    .option('--every-attempt', 'retries of a delivery too, not only the first attempt seen', false)
    .action((options: ForwardOptions) =>
      runAt(async () => {
        const { runForward } = await import('../commands/api/forward.ts');
        return (api) => runForward(options, api);
      }),
    );
}
