import { postmand, type Command } from '../setup/command.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { startReceiver, type Receiver } from '../setup/receiver.ts';
import type { Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { startServer, startWorker } from './processes.ts';

/** A server, a worker and a receiver, each on its own. */
export async function startService(
  t: Cleanup,
): Promise<{ database: TestDatabase; api: Api; receiver: Receiver }> {
  const database = await freshDatabase(t);
  const [{ api }, receiver] = await Promise.all([
    startServer(t, database),
    startReceiver(t),
    startWorker(t, database),
  ]);
  return { database, api, receiver };
}

/** `postmand tail` or `forward` that has begun to follow. */
export async function following(
  t: Cleanup,
  { url }: Pick<Api, 'url'>,
  ...args: string[]
): Promise<Command> {
  const command = postmand(t, args, { env: { POSTMAND_API_URL: url } });
  await until(
    `it follows`,
    () => {
      if (command.process.exitCode !== null) throw new Error(command.output.stderr);
      return command.output.stderr.includes('Ctrl-C stops.');
    },
    60_000,
  );
  return command;
}

/** The lines on stdout so far. */
export const linesOf = ({ output }: Command): string[] => output.stdout.split('\n').slice(0, -1);

/** Waits for so many lines. */
export const lines = (command: Command, count: number): Promise<string[]> =>
  until(`${count} lines`, () => linesOf(command).length >= count && linesOf(command), 30_000);
