import { ApiClient, type ApiAddress } from '../../client/api.ts';
import { ApiProblem, Unreachable } from '../../client/problem.ts';
import { ConfigError } from '../../config.ts';
import { environment, quoted, Reader, type Environment } from '../../environment.ts';
import { CommandError } from '../../process/command-error.ts';
import { leave } from '../../process/leave.ts';
import { printableLine } from '../../receiver/printable.ts';

const DEFAULT_URL = 'http://localhost:8000';

/** The API that a command talks to, and where that is. */
export type Api = ApiAddress & { client: ApiClient };

/**
 * Runs a command that is a client of the API. It reads POSTMAND_API_URL and POSTMAND_API_KEY, and
 * no other setting. A reader of its output that goes away ends it with status 0.
 * @throws ConfigError where one of them cannot be used, CommandError where the API refuses or
 *   cannot be reached
 */
export async function withApi(use: (api: Api) => Promise<void>): Promise<void> {
  process.stdout.on('error', () => leave(0));
  const api = apiFromEnvironment(environment());
  try {
    await use(api);
  } catch (error) {
    throw toldToPerson(await unlessForeign(api.client, error), api);
  }
}

/** @throws ConfigError that names each variable at fault. A key is never repeated. */
export function apiFromEnvironment(variables: Environment): Api {
  const env = new Reader(variables);
  const url = env.text('POSTMAND_API_URL') ?? DEFAULT_URL;
  const urlProblem = problemOfUrl(url);
  if (urlProblem !== undefined) env.fault('POSTMAND_API_URL', urlProblem);
  const key = env.text('POSTMAND_API_KEY');
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
    env.fault('POSTMAND_API_KEY', 'must be printable ASCII characters without spaces');
  if (env.faults.length > 0) throw new ConfigError(env.faults);
  const address = { url: url.replace(/\/+$/, ''), key };
  return { ...address, client: new ApiClient(address) };
}

function problemOfUrl(text: string): string | undefined {
  // First of all, and of the text: what cannot be parsed is repeated, and a password may be in it.
  if (/^(\w+:\/\/)?[^/?#]*@/.test(text))
    return 'must have no user and no password; POSTMAND_API_KEY is for the key';
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    return `must be a URL such as http://localhost:8000, but is ${quoted(text)}`;
  if (url.search !== '' || url.hash !== '')
    return `must have nothing behind its path, but is ${quoted(text)}`;
  if (/\/v1\/*$/.test(url.pathname)) return `must end before /v1, but is ${quoted(text)}`;
  return undefined;
}

/**
 * An answer that lacks what is read of it may be that of another program, whose document is not
 * ours. Then that is what is wrong; otherwise `error` is.
 */
export async function unlessForeign(client: ApiClient, error: unknown): Promise<unknown> {
  if (!(error instanceof TypeError)) return error;
  const document = await client.document().catch(() => undefined);
  return isOurs(document) ? error : ApiProblem.of(200, undefined);
}

const isOurs = (document: unknown): boolean =>
  (document as { info?: { title?: unknown } } | undefined)?.info?.title === 'Postmand API';

/** What the API refused, as a person at a terminal can use it. Other errors stay as they are. */
export function toldToPerson(error: unknown, { url, key }: ApiAddress): unknown {
  if (error instanceof Unreachable)
    return new CommandError(
      `${sentence(error.message)} Does the server run? POSTMAND_API_URL says where it is.`,
    );
  if (!(error instanceof ApiProblem)) return error;
  if (error.status === 401)
    return new CommandError(
      key === undefined
        ? `${url} asks for a key. Set POSTMAND_API_KEY to one of the server's POSTMAND_API_KEYS.`
        : `${url} does not know the key in POSTMAND_API_KEY. It must be one of the server's POSTMAND_API_KEYS.`,
    );
  if (error.status === 421)
    return new CommandError(
      `${url} does not answer to the name in POSTMAND_API_URL: ${sentence(error.message)} The server's POSTMAND_HTTP_ALLOWED_HOSTS lists its names.`,
    );
  if (error.code === 0)
    return new CommandError(
      `${sentence(`${url}: ${error.message}`)} Is POSTMAND_API_URL the address of a server?`,
    );
  return new CommandError(sentence(`${url} refused: ${error.message}`));
}

/** On one line, as somebody else may have written it: it must not control the terminal. */
function sentence(text: string): string {
  const line = printableLine(text);
  return line.endsWith('.') ? line : `${line}.`;
}
