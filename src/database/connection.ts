import { Client } from 'pg';

/** How to reach PostgreSQL, with the TLS question settled. The same for every connection of a process. */
export type Connection = {
  connectionString: string;
  ssl?: false | { rejectUnauthorized: boolean };
  /** The search_path that every session has; the role's own where it is left out. */
  searchPath?: string;
};

/**
 * Turns a database URL into connection options, with `sslmode` meaning what it means to libpq
 * (https://www.postgresql.org/docs/current/libpq-ssl.html): `require` encrypts, `verify-ca` and `verify-full` check the
 * certificate, and without a mode TLS is used where the server offers it. A CA file makes every mode that encrypts verify.
 * Connects once where the server has to be asked.
 */
export async function connectionTo(url: string, caFile?: string): Promise<Connection> {
  const connection = optionsFor(url, caFile);
  if (!connection.ssl) return connection;
  const refusal = await connectOnce(connection).catch(String);
  return /does not support SSL/.test(refusal ?? '') ? { ...connection, ssl: false } : connection;
}

/** `ssl` is set where the URL leaves it to us; otherwise the URL says all. */
function optionsFor(url: string, caFile?: string): Connection {
  const mode = /[?&]sslmode=([^&]*)/.exec(url)?.[1] ?? 'prefer';
  if (mode === 'disable' || isSocket(url)) return { connectionString: withoutMode(url), ssl: false };
  if (caFile !== undefined) {
    const verified = mode === 'verify-ca' || mode === 'require' ? 'verify-ca' : 'verify-full';
    return { connectionString: withParameters(withoutMode(url), { sslmode: verified, sslrootcert: caFile, uselibpqcompat: 'true' }) };
  }
  if (mode !== 'prefer' && mode !== 'allow') return { connectionString: withParameters(url, { uselibpqcompat: 'true' }) };
  return { connectionString: withoutMode(url), ssl: { rejectUnauthorized: false } };
}

/** Host, port and database of a URL, for messages: never the user or the password. */
export function describeTarget(url: string): string {
  const { host, port, database } = new Client({ connectionString: withoutMode(url) });
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

function isSocket(url: string): boolean {
  return /^postgres(ql)?:\/\/([^/@]*@)?\//.test(url) || /[?&]host=(%2F|\/)/i.test(url);
}

function withoutMode(url: string): string {
  return url.replace(/([?&])sslmode=[^&]*(&|$)/, (_all, before: string, after: string) => (after === '&' ? before : ''));
}

function withParameters(url: string, parameters: Record<string, string>): string {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(parameters).toString()}`;
}
