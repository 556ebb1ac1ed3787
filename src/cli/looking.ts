import type { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { ShowAttention } from '../commands/api/attention.ts';
import type { Showing } from '../commands/api/output.ts';
import { addShowing, runAt } from './showing-options.ts';

export function addAttention(program: Command): void {
  addShowing(program, {
    name: 'attention',
    summary: 'what is wrong now, the most wrong first; where to begin looking',
  })
    .option('--limit <number>', 'at most so many', wholeNumber(1, 200), 20)
    .action((options: ShowAttention) =>
      runAt(async () => {
        const { runAttention } = await import('../commands/api/attention.ts');
        return (api) => runAttention(options, api);
      }),
    );
}

/** It reads all settings, and tells what is wrong with them itself. */
export function addDoctor(program: Command): void {
  addShowing(program, {
    name: 'doctor',
    summary: 'look at settings, database, queue and API: what is wrong, and what to do',
    json: 'all checks as a JSON document',
  }).action(async (options: Showing) => (await import('../commands/doctor.ts')).runDoctor(options));
}
