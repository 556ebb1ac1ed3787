import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConfigError, readConfig, type Config } from '../config.ts';
import { createPool } from '../database/pool.ts';
import { environment, type Environment } from '../environment.ts';
import { CommandError } from '../process/command-error.ts';
import { leave } from '../process/leave.ts';
import { printableLine } from '../receiver/printable.ts';
import type { Log } from '../telemetry/log.ts';
import { connectDirect, connectTo, endPool } from './connecting.ts';
import { checkApi } from './doctor/api.ts';
import { looked, ok, warn, wrong, type Check } from './doctor/check.ts';
import {
  checkClock,
  checkRoom,
  checkSchema,
  checkServer,
  type Reached,
} from './doctor/database.ts';
import { checkListening, checkQueue, checkWorker } from './doctor/queue.ts';
import { checkVacuum } from './doctor/vacuum.ts';
import { checkAlerts, checkOutbound, checkRetention, checkSecrets } from './doctor/webhooks.ts';
import { Output, type Showing } from './api/output.ts';
import { wrapped } from './api/table.ts';

/** The settings cannot be used; what is wrong with each was told before. */
class SettingsUnusable extends ConfigError {
  override message = 'The settings cannot be used: see above.';
}

/**
 * `postmand doctor`: looks at settings, database, queue and API, and says what is wrong and what to
 * do. It changes nothing, and tells no secret. A reader of its output that goes away ends it with
 * status 0.
 * @throws ConfigError where the settings cannot be used, CommandError where something else is wrong
 */
export async function runDoctor(options: Showing): Promise<void> {
  process.stdout.on('error', () => leave(0));
  const out = new Output(options);
  const variables = environment();
  const settings = read(variables);
  const checks = [
    ...settings.checks,
    ...(settings.config === undefined ? [] : await checkDatabase(settings.config, variables)),
    ...(await looked('api', () => checkApi(variables))),
  ];
  tell(checks, out);
  // Whether somebody reads it is known one turn of the event loop later.
  await nextTurn();
  if (settings.faults.length > 0) throw new SettingsUnusable(settings.faults);
  const bad = checks.filter(({ level }) => level === 'wrong').length;
  if (bad > 0) throw new CommandError(`${bad} of ${checks.length} checks found something wrong.`);
}

type Settings = { config?: Config; faults: readonly string[]; checks: Check[] };

function read(variables: Environment): Settings {
  try {
    const config = readConfig(variables);
    const { ignored } = config.database;
    const inVain = ignored.length > 0 ? [ignoredCheck(ignored)] : [];
    return { config, faults: [], checks: [ok('settings', 'all can be used'), ...inVain] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { faults } = error;
    const advice = 'docs/settings.md says what it may be.';
    return { faults, checks: faults.map((fault) => wrong('settings', fault, advice)) };
  }
}

const ignoredCheck = (ignored: readonly string[]) =>
  warn(
    'settings',
    `what the database URL says in vain: ${ignored.join(', ')}`,
    'docs/operating.md, Connections, says what counts.',
  );

async function checkDatabase(config: Config, variables: Environment): Promise<Check[]> {
  if (config.database.url === undefined) return [withoutDatabase(variables)];
  let reached: Reached;
  try {
    reached = await reach(config);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [wrong('database', error.message, 'POSTMAND_DATABASE_URL says where it is.')];
  }
  try {
    return await checksOf(reached);
  } finally {
    await endPool(reached.pool);
  }
}

function withoutDatabase(variables: Environment): Check {
  const message = 'POSTMAND_DATABASE_URL is not set: no database is looked at';
  // `start` brings its own, and whoever uses a server of others has none.
  return (variables['POSTMAND_API_URL'] ?? '') === ''
    ? warn('database', message, 'Run it with the settings of a server or a worker.')
    : ok('database', message);
}

async function reach(config: Config): Promise<Reached> {
  const connection = await connectTo(config);
  const direct = await connectDirect(config, connection);
  const pool = createPool(connection, {
    ...{ max: 1, name: 'postmand doctor', log: SILENT },
    statementTimeoutMs: STATEMENT_MS,
    settings: { default_transaction_read_only: 'on' },
  });
  return { config, connection, direct, pool };
}

/** What takes longer is told as something that could not be looked at. */
const STATEMENT_MS = 10_000;

const SILENT: Log = { error() {}, warn() {}, info() {}, debug() {} };

const LOOKS: [name: string, look: (reached: Reached) => Promise<Check[]>][] = [
  ['clock', checkClock],
  ['listening', checkListening],
  ['disk', checkRoom],
  ['vacuum', checkVacuum],
  ['retention', checkRetention],
];

/** Those that need the tables of this version. */
const LOOKS_AT_TABLES: typeof LOOKS = [
  ['worker', checkWorker],
  ['queue', checkQueue],
  ['outbound', checkOutbound],
  ['secrets', checkSecrets],
  ['alarms', checkAlerts],
];

async function checksOf(reached: Reached): Promise<Check[]> {
  const server = await looked('database', () => checkServer(reached));
  const schema = await looked('schema', () => checkSchema(reached));
  const isMigrated = schema.every(({ level }) => level !== 'wrong');
  const checks = [...server, ...schema];
  for (const [name, look] of [...LOOKS, ...(isMigrated ? LOOKS_AT_TABLES : [])])
    checks.push(...(await looked(name, () => look(reached))));
  return checks;
}

/** Names of checks have so many cells, and levels so many. */
const NAME_CELLS = 12;
const LEVEL_CELLS = 7;

const COLOURS = { ok: 'green', warn: 'yellow', wrong: 'red' } as const;

function tell(checks: readonly Check[], out: Output): void {
  const of = (level: Check['level']) => checks.filter((check) => check.level === level).length;
  if (out.json) return out.document({ wrong: of('wrong'), warnings: of('warn'), checks });
  const rest = ' '.repeat(LEVEL_CELLS + NAME_CELLS);
  for (const { level, name, message, advice } of checks) {
    const head = out.paint(COLOURS[level], level.padEnd(LEVEL_CELLS)) + name.padEnd(NAME_CELLS);
    const [first = '', ...more] = wrapped(printableLine(message), out.width - rest.length);
    out.say(head + first);
    for (const line of more) out.say(rest + line);
    if (advice !== undefined) out.tell(advice, { first: `${rest}→ `, rest: `${rest}  ` });
  }
  out.say();
  out.say(`${checks.length} checks: ${of('wrong')} wrong, ${of('warn')} to look at.`);
}
