import type { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { Api } from '../commands/api/api.ts';

/** So many items a list shows, unless somebody asks for more. */
const LISTED = 20;

/** `isDefault`: it is what its parent does alone. */
type Shown = { name: string; summary: string; json?: string; isDefault?: boolean };

/** Adds a command that is a client of the API and shows something. */
export function addShowing(
  parent: Command,
  { name, summary, json, isDefault = false }: Shown,
): Command {
  return parent
    .command(name, { isDefault })
    .description(summary)
    .option('--json', json ?? 'what the API answers, as a JSON document', false)
    .option('--utc', 'times in UTC instead of the zone of this machine', false)
    .showHelpAfterError('(--help shows the flags)')
    .exitOverride()
    .allowExcessArguments(false);
}

/** The same for a list, which is what its parent does alone. Whoever names an item is told how. */
export const addListing = (parent: Command, summary: string): Command =>
  addShowing(parent, {
    ...{ name: 'list', summary, isDefault: true },
    json: 'what the API answers, a line of JSON an item',
  })
    .allowExcessArguments(true)
    .hook('preAction', (_list, command) => {
      const [word] = command.args;
      if (word === undefined) return;
      const name = `postmand ${parent.name()}`;
      command.error(`error: ${name} has no command '${word}'. To show one: ${name} show '${word}'`);
    })
    .option('--limit <number>', 'at most so many', wholeNumber(1, 100_000), LISTED);

/**
 * Runs what `load` brings against the API of the settings. It is loaded then, so that other
 * commands need not have it.
 */
export async function runAt(load: () => Promise<(api: Api['client']) => Promise<void>>) {
  const { withApi } = await import('../commands/api/api.ts');
  await withApi(async ({ client }) => (await load())(client));
}
