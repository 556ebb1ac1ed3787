import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import type { DatabaseUrl } from './url.ts';

/**
 * How to reach PostgreSQL, with the TLS question settled. The same for every connection of a
 * process.
 */
export type Connection = {
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  database?: string;
  options?: string;
  /** Instead of the name that a connection would have otherwise. */
  application_name?: string;
  ssl: false | TlsOptions;
  sslnegotiation: DatabaseUrl['sslnegotiation'];
  enableChannelBinding: boolean;
  /** The search_path that every session has; the role's own where it is left out. */
  searchPath?: string;
  /** What stands between, where something does that has sessions of its own to the server. */
  pooler?: Pooler;
};

/**
 * A pooler is `transaction` where it was seen, or the settings say, that it hands each transaction
 * to another session. One that was not seen to do so is `session`. Either way no statement relies
 * on its session; what needs one, such as LISTEN, is only done through the latter.
 */
export type Pooler = 'transaction' | 'session';

type TlsOptions = {
  rejectUnauthorized?: boolean;
  checkServerIdentity?: () => undefined;
  ca?: string;
  cert?: string;
  key?: string;
  passphrase?: string;
  servername?: string;
  minVersion?: NonNullable<DatabaseUrl['tlsMinVersion']>;
};

/**
 * Turns a database URL into connection options, with `sslmode` meaning what it means to libpq
 * (https://www.postgresql.org/docs/current/libpq-ssl.html): `require` encrypts, `verify-ca` and
 * `verify-full` check the certificate, and without a mode TLS is used where the server offers it. A
 * CA file makes every mode that encrypts verify. Connects once where the server has to be asked.
 */
export async function connectionTo(url: DatabaseUrl): Promise<Connection> {
  const { host, port, user, password, database, options, application_name, sslnegotiation } = url;
  const connection: Connection = {
    ...defined({ host, port, user, password, database, options, application_name }),
    sslnegotiation,
    enableChannelBinding: url.channelBinding,
    ssl: tlsFor(url),
  };
  if (!connection.ssl || !isOptional(url)) return connection;
  const refusal = await connectOnce(connection).catch(String);
  return /does not support SSL/.test(refusal ?? '') ? { ...connection, ssl: false } : connection;
}

/** A socket is never encrypted. */
function tlsFor(url: DatabaseUrl): Connection['ssl'] {
  const {
    host,
    sslmode = 'prefer',
    sslrootcert,
    sslcert,
    sslkey,
    sslpassword,
    servername,
    tlsMinVersion,
  } = url;
  if (sslmode === 'disable' || host?.startsWith('/')) return false;
  const isChecked = sslmode === 'verify-full' || sslrootcert !== undefined;
  const anyName = sslrootcert !== undefined && (sslmode === 'require' || sslmode === 'verify-ca');
  return {
    ...(isChecked ? {} : { rejectUnauthorized: false }),
    ...(anyName ? { checkServerIdentity: () => undefined } : {}),
    ...defined({ ca: textOf(sslrootcert), cert: textOf(sslcert), key: textOf(sslkey) }),
    ...defined({ passphrase: sslpassword, servername, minVersion: tlsMinVersion }),
  };
}

function textOf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8');
}

type Defined<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> };

/** Leaves out members that are undefined. */
function defined<Values extends object>(values: Values): Defined<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Defined<Values>;
}

function isOptional({ sslmode = 'prefer', sslrootcert }: DatabaseUrl): boolean {
  return (sslmode === 'prefer' || sslmode === 'allow') && sslrootcert === undefined;
}

/** Host, port and database, for messages: never the user or the password. */
export function describeTarget(
  target: Pick<DatabaseUrl, 'host' | 'port' | 'database'> | Connection,
): string {
  const { host, port, database } = new Client({
    host: target.host,
    port: target.port,
    database: target.database,
  });
  return `${host}:${port}/${database ?? ''}`;
}

/** Connects and disconnects. @throws what keeps us from the database */
export async function connectOnce(connection: Connection): Promise<void> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
  } finally {
    await client.end().catch(() => {});
  }
}
