import { Option, type Command } from 'commander';
import { id, moment, notEmpty, pairs, wholeNumber } from './arguments.ts';
import type { ListDeliveries } from '../commands/api/deliveries.ts';
import type { ShowDelivery } from '../commands/api/delivery.ts';
import type { Showing } from '../commands/api/output.ts';
import { addListing, addShowing, runAt } from './showing-options.ts';

const DELIVERY = ['<delivery>', 'its id', id] as const;
const HELD = [
  'webhook_inactive',
  'endpoint_failing',
  'endpoint_paused',
  'ordered',
  'imported',
  'scheduled',
];

export function addDeliveries(program: Command): void {
  const deliveries = program
    .command('deliveries')
    .description('list deliveries, show why one has not arrived, redeliver or cancel one')
    .exitOverride();
  addList(deliveries);
  addShowing(deliveries, {
    name: 'show',
    summary: 'why a delivery has arrived or not, and what happened to it',
  })
    .argument(...DELIVERY)
    .option('--attempts <number>', 'at most so many of its attempts', wholeNumber(1, 1000), 20)
    .action((delivery: string, options: ShowDelivery) =>
      runAt(async () => {
        const { runShowDelivery } = await import('../commands/api/delivery.ts');
        return (api) => runShowDelivery(delivery, options, api);
      }),
    );
  addRedeliverOne(deliveries);
  addCancel(deliveries);
}

function addList(deliveries: Command): void {
  addListing(deliveries, 'a line for each delivery, the newest first')
    .option('--webhook <webhook>', 'those of this webhook, by its id or its name', notEmpty)
    .addOption(
      new Option('--status <status>', 'those that stand so').choices([
        ...['pending', 'succeeded', 'failed'],
      ]),
    )
    .addOption(
      new Option('--failed-reason <reason>', 'those that failed for this reason').choices([
        ...['attempts', 'expired', 'poison', 'erased'],
      ]),
    )
    .addOption(
      new Option('--held-reason <reason>', 'those that are held for this reason').choices(HELD),
    )
    .option('--since <time>', 'those created since then: 2h or 3d (ago), 2026-11-26T10:00Z', moment)
    .option('--until <time>', 'those created before then, given in the same way', moment)
    .option('--metadata <pair>', 'those with this pair, such as customer=42; repeatable', pairs)
    .option('--ordering-key <key>', 'those with this ordering key', notEmpty)
    .addOption(
      new Option('--event <id>', 'those of this event').argParser(id).conflicts('eventType'),
    )
    .option('--event-type <type>', 'those of the newest events of this type', notEmpty)
    .action((options: ListDeliveries) =>
      runAt(async () => {
        const { runListDeliveries } = await import('../commands/api/deliveries.ts');
        return (api) => runListDeliveries(options, api);
      }),
    );
}

function addRedeliverOne(deliveries: Command): void {
  addShowing(deliveries, {
    name: 'redeliver',
    summary: 'have a delivery that has ended sent again; postmand redeliver does many',
  })
    .argument(...DELIVERY)
    .action((delivery: string, options: Showing) =>
      runAt(async () => {
        const { runRedeliverOne } = await import('../commands/api/delivery.ts');
        return (api) => runRedeliverOne(delivery, options, api);
      }),
    );
}

function addCancel(deliveries: Command): void {
  addShowing(deliveries, {
    name: 'cancel',
    summary: 'delete a delivery that is pending, with its attempts',
  })
    .argument(...DELIVERY)
    .action((delivery: string, options: Showing) =>
      runAt(async () => {
        const { runCancelDelivery } = await import('../commands/api/delivery.ts');
        return (api) => runCancelDelivery(delivery, options, api);
      }),
    );
}
