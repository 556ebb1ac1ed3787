import { isIP } from 'node:net';
import { DatabaseUrlError, SHAPE } from './url-error.ts';
import { atFirst, decoded, Parameters, refuseWhatCannotBe } from './url-parameters.ts';
import { tlsOf, type UrlTls } from './url-tls.ts';

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
  /** Parameters that mean nothing here. */
  ignored: string[];
} & UrlTls;

const SEVERAL =
  'names several hosts, and only one is supported: use one name that always leads to the server ' +
  'that can be written to (a DNS name, a virtual address, or a proxy such as PgBouncer or HAProxy)';

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

function split(text: string): { authority: string; path: string; query: string } {
  if (!/^postgres(ql)?:\/\//.test(text))
    throw new DatabaseUrlError('must be a URL that starts with postgres:// or postgresql://');
  const parts = /^[a-z]+:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/.exec(text);
  const [, authority = '', path = '', query = ''] = parts ?? [];
  // A password with / or ? in it looks like a host and a path: then the @ comes too late.
  const isCutShort = /^[^@]*:[^@]*$/.test(authority) && /^[^=]*@/.test(`${path}?${query}`);
  // oxlint-disable-next-line no-control-regex -- because control characters are what it refuses
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
