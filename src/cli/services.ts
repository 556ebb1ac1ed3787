import type { Command } from 'commander';
import type { Config } from '../config.ts';
import type { WithSettings } from './operations.ts';
import type { Log } from '../telemetry/log.ts';
import { openSdk } from '../telemetry/open-sdk.ts';
import type { Tracing } from '../telemetry/tracing.ts';

/** Runs until SIGTERM or SIGINT. `tracing` is there where traces are recorded. */
type RunService = (config: Config, log: Log, tracing: Tracing | undefined) => Promise<void>;

type Services = { program: Command; withSettings: WithSettings };

/** The commands that run until they are told to stop, and that record traces. */
export function addServices(program: Command, withSettings: WithSettings): void {
  const services = { program, withSettings };
  add(
    services,
    { name: 'server', summary: 'serve the API' },
    async () => (await import('../commands/server.ts')).runServer,
  ).alias('s');
  add(
    services,
    { name: 'worker', summary: 'deliver' },
    async () => (await import('../commands/worker.ts')).runWorker,
  ).alias('w');
  const all =
    'everything in one process, on an embedded PostgreSQL unless POSTMAND_DATABASE_URL is set';
  add(
    services,
    { name: 'start', summary: all },
    async () => (await import('../commands/start.ts')).runStart,
  );
}

/** The SDK is loaded first, as whoever measures libraries by it would have to see them loaded. */
function add(
  { program, withSettings }: Services,
  { name, summary }: { name: string; summary: string },
  load: () => Promise<RunService>,
): Command {
  return program
    .command(name)
    .description(summary)
    .exitOverride()
    .allowExcessArguments(false)
    .action((_options, command: Command) =>
      withSettings(async (config, log) => {
        const { requireOtel } = command.optsWithGlobals<{ requireOtel: boolean }>();
        const tracing = await openSdk(requireOtel ? 'required' : config.tracing, log);
        const run = await load();
        return (...given) => run(...given, tracing);
      }),
    );
}
