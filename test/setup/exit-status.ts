import type { Command } from './command.ts';

/**
 * Waits for a command to end by itself. @returns its exit status.
 * @throws after `timeoutMs`, with what it printed to stderr.
 */
export async function exitStatus(
  { exited, output }: Pick<Command, 'exited' | 'output'>,
  timeoutMs = 20_000,
): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`It still runs after ${timeoutMs} ms; stderr: ${output.stderr}`)),
      timeoutMs,
    );
  });
  const { code } = await Promise.race([exited, patience]);
  clearTimeout(timer);
  return code;
}
