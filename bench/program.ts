import { ConfigError } from '../src/config.ts';
import { createCleanup, type Cleanup } from './cleanup.ts';
import { interrupted } from './interruption.ts';
import { UsageError } from './options.ts';

/** What ends with a benchmark: its clean-up, and the run itself when somebody interrupts it. */
export type Ending = { cleanup: Cleanup; interruption: AbortSignal };

type Program<Options> = {
  command: string;
  usage: string;
  /** Undefined: somebody asked for the usage. @throws UsageError */
  read: (argv: string[]) => Options | undefined;
  /** @returns the exit status. */
  run: (options: Options, ending: Ending) => Promise<number>;
};

/**
 * Runs a benchmark as a program.
 * @returns its exit status: 0 done, 1 a scenario failed, 2 wrong arguments or settings,
 * 130 interrupted.
 */
export async function runProgram<Options>(
  argv: string[],
  { command, usage, read, run }: Program<Options>,
): Promise<number> {
  const cleanup = createCleanup();
  const interruption = new AbortController();
  try {
    const options = read(argv);
    if (options === undefined) process.stdout.write(usage);
    return options === undefined
      ? 0
      : await Promise.race([
          run(options, { cleanup, interruption: interruption.signal }),
          interrupted(interruption),
        ]);
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError)
      process.stderr.write(`(${command} -- --help shows the usage)\n`);
    return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
  } finally {
    await cleanup.run();
  }
}
