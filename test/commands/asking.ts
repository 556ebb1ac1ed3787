import { postmand } from '../setup/command.ts';
import type { Cleanup } from '../setup/last-first.ts';
import type { Api } from '../setup/service.ts';
import { ending } from './processes.ts';

/** What a command said, and its exit status. */
export type Said = { code: number | null; stdout: string; stderr: string };

/** Runs commands that are clients of an API, each as a process of its own, without a database. */
export const asking =
  (t: Cleanup, { url }: Pick<Api, 'url'>) =>
  async (...args: string[]): Promise<Said> => {
    const env = { POSTMAND_API_URL: url, POSTMAND_DATABASE_URL: 'nonsense', TZ: 'UTC' };
    const command = postmand(t, args, { env });
    const { code } = await ending(command);
    return { code, ...command.output };
  };
