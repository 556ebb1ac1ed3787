import { Option, type Command } from 'commander';
import { duration, notEmpty } from './arguments.ts';
import type { Showing } from '../commands/api/output.ts';
import type { PauseWebhook, TestWebhook } from '../commands/api/webhook-deeds.ts';
import type { ListWebhooks } from '../commands/api/webhooks.ts';
import { addListing, addShowing, runAt } from './showing-options.ts';

const WEBHOOK = ['<webhook>', 'its id or its name', notEmpty] as const;
const STATES = ['healthy', 'failing', 'recovering', 'paused', 'inactive'];

export function addWebhooks(program: Command): void {
  const webhooks = program
    .command('webhooks')
    .description('list webhooks, show one, pause, resume, activate or test it')
    .exitOverride();
  addList(webhooks);
  addShowing(webhooks, { name: 'show', summary: 'how it goes with a webhook, and how it is set' })
    .argument(...WEBHOOK)
    .action((webhook: string, options: Showing) =>
      runAt(async () => {
        const { runShowWebhook } = await import('../commands/api/webhooks.ts');
        return (api) => runShowWebhook(webhook, options, api);
      }),
    );
  addPause(webhooks);
  addResume(webhooks);
  addActivate(webhooks);
  addTest(webhooks);
  addSkip(webhooks);
}

function addList(webhooks: Command): void {
  addListing(webhooks, 'a line for each webhook, by name')
    .addOption(new Option('--state <state>', 'those with this state').choices(STATES))
    .option('--name <text>', 'those with this in their name, in upper or lower case', notEmpty)
    .action((options: ListWebhooks) =>
      runAt(async () => {
        const { runListWebhooks } = await import('../commands/api/webhooks.ts');
        return (api) => runListWebhooks(options, api);
      }),
    );
}

function addPause(webhooks: Command): void {
  addShowing(webhooks, { name: 'pause', summary: 'hold the deliveries of a webhook back' })
    .argument(...WEBHOOK)
    .option('--for <time>', 'for so long, such as 30m; without it until it is resumed', duration)
    .action((webhook: string, { for: forMs, ...options }: PauseWebhook & { for?: number }) =>
      runAt(async () => {
        const { runPauseWebhook } = await import('../commands/api/webhook-deeds.ts');
        const pause = forMs === undefined ? options : { ...options, forMs };
        return (api) => runPauseWebhook(webhook, pause, api);
      }),
    );
}

function addResume(webhooks: Command): void {
  addShowing(webhooks, { name: 'resume', summary: 'end the pause of a webhook' })
    .argument(...WEBHOOK)
    .action((webhook: string, options: Showing) =>
      runAt(async () => {
        const { runResumeWebhook } = await import('../commands/api/webhook-deeds.ts');
        return (api) => runResumeWebhook(webhook, options, api);
      }),
    );
}

function addActivate(webhooks: Command): void {
  addShowing(webhooks, { name: 'activate', summary: 'make a webhook active that is inactive' })
    .argument(...WEBHOOK)
    .action((webhook: string, options: Showing) =>
      runAt(async () => {
        const { runActivateWebhook } = await import('../commands/api/webhook-deeds.ts');
        return (api) => runActivateWebhook(webhook, options, api);
      }),
    );
}

function addTest(webhooks: Command): void {
  addShowing(webhooks, { name: 'test', summary: 'send a webhook one delivery now' })
    .argument(...WEBHOOK)
    .option('--payload <payload>', 'a text, @FILE, or - for stdin; without it one of Postmand')
    .action((webhook: string, options: TestWebhook) =>
      runAt(async () => {
        const { runTestWebhook } = await import('../commands/api/webhook-deeds.ts');
        return (api) => runTestWebhook(webhook, options, api);
      }),
    );
}

function addSkip(webhooks: Command): void {
  addShowing(webhooks, {
    name: 'skip',
    summary: 'let an ordering key go on that a failed delivery blocks',
  })
    .argument(...WEBHOOK)
    .argument('<ordering-key>', 'the key', notEmpty)
    .action((named: string, key: string, options: Showing) =>
      runAt(async () => {
        const { runSkipKey } = await import('../commands/api/webhook-deeds.ts');
        return (api) => runSkipKey({ named, key }, options, api);
      }),
    );
}
