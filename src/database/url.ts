import { isIP } from 'node:net';

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof SSL_MODES)[number];

/**
 * What a database URL says. What is undefined is left to the driver, which looks at the PG…
 * variables first.
 */
export type DatabaseUrl = {
  /** A name, an address, or the folder of a socket. */
  host: string | undefined;
  port: number | undefined;
  user: string | undefined;
  password: string | undefined;
  database: string | undefined;
  options: string | undefined;
  application_name: string | undefined;
  /** The name that the certificate must be for, where `host` is the address of it. */
  servername: string | undefined;
  sslmode: SslMode | undefined;
  sslnegotiation: 'postgres' | 'direct';
  /** Files. */
  sslrootcert: string | undefined;
  sslcert: string | undefined;
  sslkey: string | undefined;
  sslpassword: string | undefined;
  tlsMinVersion: TlsVersion | undefined;
  channelBinding: boolean;
  /** Parameters that mean nothing here. */
  ignored: string[];
};

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
type TlsVersion = (typeof TLS_VERSIONS)[number];

/**
 * A database URL that cannot be used. The message goes on after the name of the setting, and holds
 * nothing of the URL that may be a password.
 */
export class DatabaseUrlError extends Error {
  override name = 'DatabaseUrlError';
}

const SHAPE =
  'must be a URL like postgres://user:password@host:5432/database (in user, password and database write ' +
  '% as %25, @ as %40, / as %2F, ? as %3F, # as %23 and a colon as %3A)';

const SEVERAL =
  'names several hosts, and only one is supported: use one name that always leads to the server that can be written to ' +
  '(a DNS name, a virtual address, or a proxy such as PgBouncer or HAProxy)';

/**
 * Reads a connection URL as libpq does
 * (https://www.postgresql.org/docs/current/libpq-connect.html). A `caFile` goes before an
 * `sslrootcert` of the URL.
 * @throws DatabaseUrlError
 */
export function parseDatabaseUrl(text: string, caFile?: string): DatabaseUrl {
  const { authority, path, query } = split(text.trim());
  const at = authority.lastIndexOf('@');
  const [user = '', password = ''] = atFirst(authority.slice(0, Math.max(at, 0)), ':').map(decoded);
  const parameters = new Parameters(query);
  const url = {
    ...locationOf(authority.slice(at + 1), parameters),
    user: (parameters.take('user') ?? user) || undefined,
    password: (parameters.take('password') ?? password) || undefined,
    database: (parameters.take('dbname') ?? decoded(path)) || undefined,
    options: parameters.take('options'),
    application_name: parameters.take('application_name'),
    ...tlsOf(parameters, caFile),
  };
  refuseWhatCannotBe(parameters);
  return { ...url, ignored: parameters.rest() };
}

/** Parameters of the URL, each of which is to be taken by somebody. */
class Parameters {
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

function split(text: string): { authority: string; path: string; query: string } {
  if (!/^postgres(ql)?:\/\//.test(text))
    throw new DatabaseUrlError('must be a URL that starts with postgres:// or postgresql://');
  const parts = /^[a-z]+:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/.exec(text);
  const [, authority = '', path = '', query = ''] = parts ?? [];
  // A password with / or ? in it looks like a host and a path: then the @ comes too late.
  const isCutShort = /^[^@]*:[^@]*$/.test(authority) && /^[^=]*@/.test(`${path}?${query}`);
  // oxlint-disable-next-line no-control-regex
  if (parts === null || isCutShort || /[#\u0000-\u001f\u007f]/.test(text))
    throw new DatabaseUrlError(SHAPE);
  return { authority, path, query };
}

function locationOf(
  text: string,
  parameters: Parameters,
): Pick<DatabaseUrl, 'host' | 'port' | 'servername'> {
  const given = {
    host: parameters.take('host'),
    port: parameters.take('port'),
    address: parameters.take('hostaddr'),
  };
  if ([text, ...Object.values(given)].some((part) => part?.includes(',')))
    throw new DatabaseUrlError(SEVERAL);
  const parts = /^(?:\[([^\][]+)\]|([^:\][]*))(?::(.*))?$/.exec(text);
  if (parts === null) throw new DatabaseUrlError(SHAPE);
  const [, ip6, name = '', portText = ''] = parts;
  const host = given.host ?? decoded(ip6 ?? name);
  if (ip6 !== undefined && isIP(decoded(ip6)) !== 6) throw new DatabaseUrlError(SHAPE);
  const port = portOf(given.port ?? portText);
  if (given.address === undefined) return { host: host || undefined, port, servername: undefined };
  if (isIP(given.address) === 0)
    throw new DatabaseUrlError('has a hostaddr that is not an IP address');
  return {
    host: given.address,
    port,
    servername: isIP(host) === 0 && host !== '' ? host : undefined,
  };
}

function portOf(text: string): number | undefined {
  if (text === '') return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port >= 1 && port <= 65_535))
    throw new DatabaseUrlError(`has a port that is not a number from 1 to 65535. It ${SHAPE}`);
  return port;
}

type Tls = Pick<
  DatabaseUrl,
  | 'sslmode'
  | 'sslnegotiation'
  | 'sslrootcert'
  | 'sslcert'
  | 'sslkey'
  | 'sslpassword'
  | 'tlsMinVersion'
  | 'channelBinding'
>;

function tlsOf(parameters: Parameters, caFile: string | undefined): Tls {
  const mode = modeOf(parameters);
  const given = caFile ?? parameters.take('sslrootcert');
  const bySystem = given === 'system' && caFile === undefined;
  const [sslmode, sslrootcert] = bySystem ? [mode ?? 'verify-full', undefined] : [mode, given];
  const sslnegotiation =
    parameters.takeOneOf('sslnegotiation', ['postgres', 'direct']) ?? 'postgres';
  const [sslcert, sslkey] = [parameters.take('sslcert'), parameters.take('sslkey')];
  if (sslmode === 'verify-ca' && sslrootcert === undefined)
    throw new DatabaseUrlError(
      'has sslmode=verify-ca, which needs a CA file: set POSTMAND_DATABASE_CA_FILE',
    );
  if (bySystem && sslmode !== 'verify-full')
    throw new DatabaseUrlError('has sslrootcert=system, which needs sslmode=verify-full');
  if (sslnegotiation === 'direct' && !/^(require|verify-)/.test(sslmode ?? ''))
    throw new DatabaseUrlError(
      'has sslnegotiation=direct, which needs sslmode=require, verify-ca or verify-full',
    );
  if ((sslcert === undefined) !== (sslkey === undefined))
    throw new DatabaseUrlError('must have both of sslcert and sslkey, or neither');
  return {
    ...{
      sslmode,
      sslnegotiation,
      sslrootcert,
      sslcert,
      sslkey,
      sslpassword: parameters.take('sslpassword'),
    },
    tlsMinVersion: parameters.takeOneOf('ssl_min_protocol_version', TLS_VERSIONS),
    channelBinding: /^(prefer|require)$/.test(
      parameters.takeOneOf('channel_binding', ['disable', 'prefer', 'require']) ?? '',
    ),
  };
}

/** `ssl` is what other drivers call it: true has always meant a certificate that is checked. */
function modeOf(parameters: Parameters): SslMode | undefined {
  const ssl = parameters.takeOneOf('ssl', ['true', '1', 'false', '0']);
  parameters.take('uselibpqcompat');
  const mode = parameters.takeOneOf('sslmode', SSL_MODES);
  if (mode !== undefined || ssl === undefined) return mode;
  return ssl === 'true' || ssl === '1' ? 'verify-full' : 'disable';
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

function refuseWhatCannotBe(parameters: Parameters): void {
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
      'asks with target_session_attrs for a server that may not be written to, and Postmand writes',
    );
}

function atFirst(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DatabaseUrlError(SHAPE);
  }
}
