import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config.ts';

/** What the results depend on, by name. */
export type Circumstances = Record<string, string>;

export function circumstances(database: string, settings: Record<string, string>): Circumstances {
  const changed = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return {
    ...place(),
    Database: database,
    Settings: `${changed.length === 0 ? 'the defaults' : changed.join(' ')}\n  (${inEffect(settings)})`,
    Commit: commit(),
    Date: today(),
  };
}

/** The machine and what runs on it, for every table. */
export function place(): Circumstances {
  return {
    Machine: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
    System: `${type()} ${release()}, Node ${process.versions.node}`,
  };
}

export const today = (): string => new Date().toISOString().slice(0, 10);

/**
 * The settings of the calling environment that every process gets; the benchmark itself says which
 * database and ports.
 */
export function handedOn(env: NodeJS.ProcessEnv): Record<string, string> {
  const own =
    /^POSTMAND_(TEST_DATABASE_URL|DATABASE_URL|DATABASE_MIGRATION_DIR|HTTP_PORT|HEALTH_CHECK_HTTP_PORT|DATA_DIR)$/;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith('POSTMAND_') && !own.test(name) && value ? [[name, value]] : [],
    ),
  );
}

function inEffect(settings: Record<string, string>): string {
  const { database, worker } = readConfig(settings);
  const values = { maxConnections: database.maxConnections, ...worker };
  const words = Object.entries(values).map(([name, value]) => `${name} ${String(value)}`);
  // Two lines of a list in Markdown: all of it is longer than a line may be.
  return [words.slice(0, 4), words.slice(4)].map((some) => some.join(', ')).join(',\n  ');
}

/** Of this checkout, and whether what runs differs from it. */
export function commit(): string {
  const git = (...parameters: string[]) =>
    execFileSync('git', parameters, {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', 'src', 'migrations') === '' ? '' : ' with changes'}`;
  } catch {
    return 'unknown';
  }
}
