import { existsSync } from 'node:fs';
import { DatabaseUrlError } from '../database/url-error.ts';
import { parseDatabaseUrl, type DatabaseUrl } from '../database/url.ts';
import { quoted, type Reader } from '../environment.ts';

const DIRECT_URL = 'POSTMAND_DATABASE_DIRECT_URL';

/**
 * What the URLs say, together with the CA file beside them. `directUrl`: for what needs a session
 * of its own, as `url` leads to a pooler. `ignored`: what is set in vain.
 */
export function databaseUrls(env: Reader) {
  const caFile = env.file('POSTMAND_DATABASE_CA_FILE');
  const main = databaseUrl(env, ['POSTMAND_DATABASE_URL', 'DATABASE_URL'], caFile);
  const direct = databaseUrl(env, [DIRECT_URL], caFile);
  if (direct.isSet && !main.isSet)
    env.fault(
      DIRECT_URL,
      'is set, but POSTMAND_DATABASE_URL is not: it is a second way to the same database',
    );
  return {
    url: main.url,
    directUrl: direct.url,
    ignored: [...new Set([...main.ignored, ...direct.ignored])],
  };
}

/** `names` are of one setting, and the first that is set counts. */
function databaseUrl(
  env: Reader,
  names: string[],
  caFile: string | undefined,
): { url: DatabaseUrl | undefined; ignored: string[]; isSet: boolean } {
  const name = names.find((one) => (env.text(one)?.trim() ?? '') !== '');
  if (name === undefined) return { url: undefined, ignored: [], isSet: false };
  try {
    const url = parseDatabaseUrl(env.text(name) ?? '', caFile);
    for (const file of ['sslrootcert', 'sslcert', 'sslkey'] as const) {
      const path = url[file];
      if (path === undefined || path === caFile || existsSync(path)) continue;
      env.fault(name, `names with ${file} a file that does not exist: ${quoted(path)}`);
    }
    const inVain =
      url.sslmode === undefined && env.text('PGSSLMODE') !== undefined ? ['PGSSLMODE'] : [];
    return { url, ignored: [...url.ignored, ...inVain], isSet: true };
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    env.fault(name, error.message);
    return { url: undefined, ignored: [], isSet: true };
  }
}
