import type { Config } from '../../config.ts';
import { describeTarget, type Connection } from '../../database/connection.ts';
import { clockMs, roomTaken, serverFacts } from '../../database/condition.ts';
import { migrationStatus } from '../../database/migration-status.ts';
import type { Pool } from '../../database/pool.ts';
import { span } from '../../client/explaining/time-words.ts';
import { count } from '../progress.ts';
import { ok, warn, wrong, type Check } from './check.ts';

/** What the checks of a database know of it. */
export type Reached = {
  config: Config;
  connection: Connection;
  /** The way that keeps sessions, where one is named beside. */
  direct: Connection | undefined;
  pool: Pool;
};

const OLDEST_VERSION = 13;
/** Of all connections so many may be taken before somebody should look. */
const CROWDED = 0.9;

export async function checkServer({ pool, connection }: Reached): Promise<Check[]> {
  const facts = await serverFacts(pool);
  const { version, versionText, isReadOnly, isStandby, connections, maxConnections } = facts;
  const target = describeTarget(connection);
  const name = 'database';
  const between = connection.pooler === undefined ? '' : `, by a pooler (${connection.pooler})`;
  const checks = [
    version < OLDEST_VERSION
      ? wrong(name, `${target} is PostgreSQL ${versionText}`, 'Use version 13 or later.')
      : ok(name, `${target} answers: PostgreSQL ${versionText}, ${facts.encoding}${between}`),
  ];
  if (isStandby || isReadOnly)
    checks.push(
      wrong(
        name,
        isStandby ? 'it is a standby, which cannot be written' : 'it is set to be read only',
        'Nothing is accepted or delivered. Let POSTMAND_DATABASE_URL lead to the primary, such as with target_session_attrs or another host.',
      ),
    );
  if (connections > maxConnections * CROWDED)
    checks.push(
      warn(
        'connections',
        `${connections} of ${maxConnections} connections are taken`,
        'Lower POSTMAND_DATABASE_MAX_OPEN_CONNS, or raise max_connections of PostgreSQL.',
      ),
    );
  return checks;
}

export async function checkSchema({ pool, config }: Reached): Promise<Check[]> {
  const { applied, pending, unknown } = await migrationStatus(pool, config.database.migrationsDir);
  const name = 'schema';
  if (pending.length > 0)
    return [wrong(name, `migrations are missing: ${pending.join(', ')}`, 'Run: postmand migrate')];
  if (unknown.length > 0)
    return [
      warn(
        name,
        `a newer version has migrated it: ${unknown.join(', ')}`,
        'Update what runs this version soon.',
      ),
    ];
  return [ok(name, `${applied.length} migrations, none is missing`)];
}

/** How far clocks may be apart, in milliseconds. */
const APART_MS = 1000;
const FAR_APART_MS = 30_000;

/** The clock of the database against that of this machine. */
export async function checkClock({ pool }: Pick<Reached, 'pool'>): Promise<Check[]> {
  const before = Date.now();
  const there = await clockMs(pool);
  const after = Date.now();
  return [clockCheck(there - (before + after) / 2, (after - before) / 2)];
}

/** `apartMs`: how far the database is ahead, with an error of up to `errorMs`. */
export function clockCheck(apartMs: number, errorMs: number): Check {
  const certainMs = Math.max(0, Math.abs(apartMs) - errorMs);
  const name = 'clock';
  if (certainMs < APART_MS) return ok(name, 'the database and this machine agree');
  const which = apartMs > 0 ? 'ahead of' : 'behind';
  const message = `the clock of the database is ${span(certainMs)} ${which} that of this machine`;
  const advice =
    'Set both by NTP. When a delivery is due is decided by the clock of the database; signatures carry the time of the worker, and receivers refuse those that are minutes off.';
  return certainMs < FAR_APART_MS ? warn(name, message, advice) : wrong(name, message, advice);
}

/** PostgreSQL does not tell how much room the disk has left. */
export async function checkRoom({ pool }: Reached): Promise<Check[]> {
  const { databaseBytes, largest } = await roomTaken(pool);
  const tables = largest.map(({ name, bytes }) => `${name} ${size(bytes)}`).join(', ');
  return [
    ok('disk', `the database takes ${size(databaseBytes)} (${tables}); see that its disk has room`),
  ];
}

function size(bytes: number): string {
  const mebibytes = bytes / 1024 ** 2;
  if (mebibytes < 1024) return `${count(Math.ceil(mebibytes))} MiB`;
  return `${(mebibytes / 1024).toFixed(1)} GiB`;
}
