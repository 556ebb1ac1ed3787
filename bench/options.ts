import { parseArgs } from 'node:util';
import { SCENARIOS, scenariosNamed } from './scenarios.ts';
import { defaultSizes, sizeNames, SIZES, type Sizes } from './sizes.ts';

export type Options = {
  scenarios: string[];
  sizes: Sizes;
  runs: number;
  json: boolean;
  write: boolean;
  database: string | undefined;
  /** Shell commands of another implementation to compare with. */
  other: { migrate: string; server: string; worker: string } | undefined;
};

/** The command line cannot be used; the message says why. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Undefined: somebody asked for the usage. @throws UsageError */
export function readOptions(argv: string[]): Options | undefined {
  const { values, positionals } = parse(argv);
  if (values.help) return undefined;
  const sizes = { ...defaultSizes(values.quick), ...givenSizes(values) };
  return {
    scenarios: chosen(positionals, values.all),
    sizes,
    runs: values.runs === undefined ? 1 : wholeNumber('runs', values.runs),
    json: values.json,
    write: values.write,
    database: values.database,
    other: otherCommands(values),
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(sizeNames.map((name) => [name, { type: 'string' as const }])),
        all: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        runs: { type: 'string' },
        database: { type: 'string' },
        server: { type: 'string' },
        worker: { type: 'string' },
        migrate: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function givenSizes(values: Record<string, unknown>): Partial<Sizes> {
  return Object.fromEntries(
    sizeNames.flatMap((name) =>
      typeof values[name] === 'string' ? [[name, wholeNumber(name, values[name])]] : [],
    ),
  );
}

/** @throws UsageError, naming the flag. */
export function wholeNumber(name: string, value: string): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (number < 1)
    throw new UsageError(
      `--${name} must be a whole number from 1 on, but is ${JSON.stringify(value)}`,
    );
  return number;
}

function chosen(names: string[], all: boolean): string[] {
  if (all) return Object.keys(SCENARIOS);
  if (names.length === 0) throw new UsageError('Name a scenario, or --all.');
  return [
    ...new Set(
      names.flatMap((name) => {
        const found = scenariosNamed(name);
        if (found.length === 0)
          throw new UsageError(`There is no scenario ${JSON.stringify(name)}.`);
        return found;
      }),
    ),
  ];
}

function otherCommands({
  migrate,
  server,
  worker,
}: {
  migrate?: string;
  server?: string;
  worker?: string;
}): Options['other'] {
  if (migrate === undefined && server === undefined && worker === undefined) return undefined;
  if (!migrate || !server || !worker)
    throw new UsageError('--migrate, --server and --worker go together.');
  return { migrate, server, worker };
}

export const USAGE = `Usage: npm run bench -- [SCENARIO…] [options]

Scenarios (isolation stands for its six)
${table(Object.entries(SCENARIOS).map(([name, { summary }]) => [name, summary]))}

Options
${table([
  ['--all', 'every scenario'],
  ['--quick', 'small sizes: all scenarios in a few minutes'],
  ['--runs N', 'repeat each scenario and report the median'],
  ['--json', 'JSON to stdout instead of tables'],
  ['--write', 'put the tables into docs/benchmarks.md'],
  ['--database URL', 'a PostgreSQL server to use; default: an embedded one in a temporary folder'],
  ["--migrate 'COMMAND'", 'another implementation to compare with, by its three shell commands'],
  ["--server 'COMMAND'", ''],
  ["--worker 'COMMAND'", ''],
])}

Sizes (full / --quick)
${table(sizeNames.map((name) => [`--${name} N`, `${SIZES[name].meaning} (${SIZES[name].full} / ${SIZES[name].quick})`]))}

POSTMAND_… variables in the environment are handed to every process and printed with the results.
`;

function table(rows: [string, string][]): string {
  return rows.map(([name, text]) => `  ${name.padEnd(22)} ${text}`.trimEnd()).join('\n');
}
