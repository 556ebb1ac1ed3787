import { fileURLToPath } from 'node:url';
import type { Log } from '../../src/telemetry/log.ts';
import type { ListenAddress } from '../../src/commands/ports.ts';
import { Vault } from '../../src/webhooks/secrets/vault.ts';

export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

export const FREE_PORT: ListenAddress = { port: 0, settings: { port: 'none', host: 'none' } };

/** Encrypts nothing: no key is set. */
export const NO_KEYS = new Vault([]);

export const silentLog: Log = { error() {}, warn() {}, info() {}, debug() {} };

export type LogLine = { level: string; event: string; fields: Record<string, unknown> };

/** A log that keeps its lines for a test to look at. */
export function keepingLog(): Log & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const keep =
    (level: string) =>
    (event: string, fields: Record<string, unknown> = {}) =>
      void lines.push({ level, event, fields });
  return {
    lines,
    error: keep('error'),
    warn: keep('warn'),
    info: keep('info'),
    debug: keep('debug'),
  };
}
