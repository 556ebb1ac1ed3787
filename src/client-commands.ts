import type { Command } from 'commander';

/** Commands that are clients of the API: each action is run by `withApi` of `commands/api.ts`. */
export function addClientCommands(_program: Command): void {}
