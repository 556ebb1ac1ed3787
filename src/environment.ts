import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export type Environment = Record<string, string | undefined>;

/**
 * The process's environment over the values of `.env` in the current folder, which may be missing.
 */
export function environment(): Environment {
  const fromFile = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...fromFile, ...process.env };
}

type IntegerRule = { default: number; min: number; max: number; or?: string };

export type Reader = ReturnType<typeof reader>;

/**
 * Readers for one environment. A fault is noted, not thrown, so that all of them can be told
 * together.
 */
export function reader(variables: Environment) {
  const faults: string[] = [];
  // An empty value counts as unset: compose files and dashboards produce those.
  const text = (name: string) => variables[name] || undefined;
  const fault = (name: string, problem: string) => void faults.push(`${name} ${problem}`);

  function integer(name: string, rule: IntegerRule): number {
    const source =
      text(name) === undefined && rule.or !== undefined && text(rule.or) !== undefined
        ? rule.or
        : name;
    const value = text(source);
    if (value === undefined) return rule.default;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
    if (number >= rule.min && number <= rule.max) return number;
    fault(
      source,
      `must be a whole number from ${rule.min} to ${rule.max}, but is ${quoted(value)}`,
    );
    return rule.default;
  }

  function flag(name: string, byDefault: boolean): boolean {
    return oneOf(name, ['true', 'false'] as const, byDefault ? 'true' : 'false') === 'true';
  }

  function oneOf<const Value extends string>(
    name: string,
    allowed: readonly Value[],
    byDefault: Value,
  ): Value {
    const value = text(name);
    if (value === undefined) return byDefault;
    const found = allowed.find((one) => one === value);
    if (found === undefined)
      fault(name, `must be one of ${allowed.join(', ')}, but is ${quoted(value)}`);
    return found ?? byDefault;
  }

  function file(name: string): string | undefined {
    const path = text(name)?.trim() || undefined;
    if (path !== undefined && !existsSync(path))
      fault(name, `names a file that does not exist: ${quoted(path)}`);
    return path;
  }

  return { faults, fault, text, integer, flag, oneOf, file };
}

/** `a, b` → `a` and `b`. */
export function listed(value = ''): string[] {
  return value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** A value in a message: in quotes, and not all of a long one. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
