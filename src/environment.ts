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

/**
 * Reads one environment. A fault is noted, not thrown, so that all of them can be told together.
 */
export class Reader {
  readonly #variables: Environment;
  readonly #faults: string[] = [];

  constructor(variables: Environment) {
    this.#variables = variables;
  }

  /** What is wrong so far, a line each, which starts with the variable's name. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  fault(name: string, problem: string): void {
    this.#faults.push(`${name} ${problem}`);
  }

  /** An empty value counts as unset: compose files and dashboards produce those. */
  text(name: string): string | undefined {
    return this.#variables[name] || undefined;
  }

  /** `or` is another variable, which counts where the first one is not set. */
  integer(name: string, rule: IntegerRule): number {
    const { or = name, min, max } = rule;
    const source = this.text(name) === undefined && this.text(or) !== undefined ? or : name;
    const value = this.text(source);
    if (value === undefined) return rule.default;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
    if (number >= min && number <= max) return number;
    this.fault(source, `must be a whole number from ${min} to ${max}, but is ${quoted(value)}`);
    return rule.default;
  }

  flag(name: string, byDefault: boolean): boolean {
    return this.oneOf(name, ['true', 'false'], byDefault ? 'true' : 'false') === 'true';
  }

  oneOf<const Value extends string>(
    name: string,
    allowed: readonly Value[],
    byDefault: Value,
  ): Value {
    const value = this.text(name);
    if (value === undefined) return byDefault;
    const found = allowed.find((one) => one === value);
    if (found === undefined)
      this.fault(name, `must be one of ${allowed.join(', ')}, but is ${quoted(value)}`);
    return found ?? byDefault;
  }

  /** The path of a file that is there. */
  file(name: string): string | undefined {
    const path = this.text(name)?.trim() || undefined;
    if (path !== undefined && !existsSync(path))
      this.fault(name, `names a file that does not exist: ${quoted(path)}`);
    return path;
  }

  /** A list with commas in between, without its empty entries. */
  list(name: string): string[] {
    return (this.text(name) ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
  }
}

/** A value in a message: in quotes, and not all of a long one. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
