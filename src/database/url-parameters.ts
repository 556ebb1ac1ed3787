import { DatabaseUrlError, SHAPE } from './url-error.ts';

/** Parameters of the URL, each of which is to be taken by somebody. */
export class Parameters {
  readonly #values: Map<string, string>;

  constructor(query: string) {
    // URLSearchParams would read + as a blank, which libpq does not.
    const pairs = query.split('&').filter((pair) => pair !== '');
    this.#values = new Map(
      pairs.map((pair) => atFirst(pair, '=').map(decoded) as [string, string]),
    );
  }

  /** An empty one counts as left out. */
  take(name: string): string | undefined {
    const value = this.#values.get(name);
    this.#values.delete(name);
    return value || undefined;
  }

  takeOneOf<const Value extends string>(
    name: string,
    allowed: readonly Value[],
  ): Value | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const found = allowed.find((one) => one === value);
    if (found === undefined)
      throw new DatabaseUrlError(
        `has ${name}=${value}, which must be one of ${allowed.join(', ')}`,
      );
    return found;
  }

  rest(): string[] {
    return [...this.#values.keys()];
  }
}

/** What asks for something that would not be done must not be ignored. */
const CANNOT_BE: Record<string, string> = {
  passfile: 'name the password file in PGPASSFILE instead',
  service: 'write what the service stands for into the URL',
  servicefile: 'write what the service stands for into the URL',
  search_path: 'write options=-c%20search_path%3D… instead',
  replication: 'leave it out',
  requirepeer: 'leave it out',
  require_auth: 'leave it out',
  sslcrl: 'leave it out',
  sslcrldir: 'leave it out',
};

/** @throws DatabaseUrlError where the URL asks for what is not supported */
export function refuseWhatCannotBe(parameters: Parameters): void {
  for (const [name, advice] of Object.entries(CANNOT_BE))
    if (parameters.take(name) !== undefined)
      throw new DatabaseUrlError(`has ${name}, which is not supported: ${advice}`);
  if (parameters.takeOneOf('gssencmode', ['disable', 'prefer', 'require']) === 'require')
    throw new DatabaseUrlError(
      'has gssencmode=require, which is not supported: use TLS, with sslmode=require or stronger',
    );
  // A server that cannot be written to is of no use, so that these ask for nothing more.
  if (
    !['any', 'read-write', 'primary', undefined].includes(parameters.take('target_session_attrs'))
  )
    throw new DatabaseUrlError(
      'asks with target_session_attrs for a server that is read-only, but Postmand has to write',
    );
}

/** The text before the first `mark`, and the text after it. */
export function atFirst(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** The text with its percent-encoding decoded. @throws DatabaseUrlError where that is not valid */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DatabaseUrlError(SHAPE);
  }
}
