import { parseArgs } from 'node:util';
import { UsageError, wholeNumber } from '../options.ts';
import type { StoreName } from './adapter.ts';
import { ADAPTERS } from './adapters.ts';
import { SCENARIOS } from './scenarios.ts';
import { SIZES, sizeNames, type RivalSizes } from './sizes.ts';

export type RivalOptions = {
  system: string;
  scenarios: string[];
  binary: string | undefined;
  database: string | undefined;
  stores: Partial<Record<StoreName, string>>;
  set: Record<string, string>;
  sizes: RivalSizes;
  runs: number;
  json: boolean;
};

/** Undefined: somebody asked for the usage. @throws UsageError */
export function readRivalOptions(argv: string[]): RivalOptions | undefined {
  const { values, positionals } = parse(argv);
  if (values.help) return undefined;
  const [system = '', ...scenarios] = positionals;
  const adapter = ADAPTERS[system];
  if (adapter === undefined)
    throw new UsageError(
      `Name a system first, one of ${Object.keys(ADAPTERS).join(', ')}${system && `, not ${JSON.stringify(system)}`}.`,
    );
  const unknown = scenarios.find((name) => !(name in SCENARIOS));
  if (unknown !== undefined)
    throw new UsageError(`There is no scenario ${JSON.stringify(unknown)}.`);
  if (values.binary === undefined && system !== 'postmand')
    throw new UsageError(`${system} needs --binary: ${adapter.binary}.`);
  for (const store of adapter.stores)
    if (!values[store])
      throw new UsageError(`${system} needs --${store}: its URL, or a program to start it with.`);
  return {
    system,
    scenarios: scenarios.length === 0 ? Object.keys(SCENARIOS) : [...new Set(scenarios)],
    ...{ binary: values.binary, database: values.database },
    stores: Object.fromEntries(adapter.stores.map((name) => [name, values[name] ?? ''])),
    set: Object.fromEntries((values.set ?? []).map(variable)),
    sizes: sizesIn(values),
    runs: values.runs === undefined ? 1 : wholeNumber('runs', values.runs),
    json: values.json,
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(sizeNames.map((name) => [name, { type: 'string' as const }])),
        binary: { type: 'string' },
        database: { type: 'string' },
        redis: { type: 'string' },
        rabbitmq: { type: 'string' },
        set: { type: 'string', multiple: true },
        runs: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function variable(text: string): [string, string] {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === '') throw new UsageError(`--set must be NAME=VALUE, but is ${JSON.stringify(text)}`);
  return [name, value];
}

function sizesIn(values: Record<string, unknown>): RivalSizes {
  return Object.fromEntries(
    sizeNames.map((name) => {
      const given = values[name];
      return [name, typeof given === 'string' ? wholeNumber(name, given) : SIZES[name].value];
    }),
  ) as RivalSizes;
}

export const RIVALS_USAGE = `Usage: npm run bench:rivals -- SYSTEM [SCENARIO…] [options]

Systems, and what --binary names
${table(Object.entries(ADAPTERS).map(([name, { binary, stores }]) => [name, [binary, needed(stores)].filter(Boolean).join('; ')]))}

Scenarios (default: all)
${table(Object.entries(SCENARIOS).map(([name, { summary }]) => [name, summary]))}

Options
${table([
  ['--binary PATH', 'the program of the system, see above'],
  ['--database URL', 'a PostgreSQL server to use; default: an embedded one in a temporary folder'],
  ['--redis URL|PATH', 'a Redis that runs, or the program redis-server to start one'],
  ['--rabbitmq URL|PATH', 'a RabbitMQ that runs, or the program rabbitmq-server to start one'],
  ['--set NAME=VALUE', 'an environment variable for its programs; may come several times'],
  ['--runs N', 'repeat each scenario and report the median'],
  ['--json', 'JSON to stdout instead of tables'],
])}

Sizes (default)
${table(sizeNames.map((name) => [`--${name} N`, `${SIZES[name].meaning} (${SIZES[name].value})`]))}
`;

function needed(stores: string[]): string {
  return stores.map((store, i) => `${i === 0 ? 'needs' : 'and'} --${store}`).join(' ');
}

function table(rows: [string, string][]): string {
  return rows.map(([name, text]) => `  ${name.padEnd(22)} ${text}`.trimEnd()).join('\n');
}
