import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { callersView, type Spec } from './callers-view.ts';
import { GO, PYTHON, withDeepObjects } from './deep-objects.ts';
import { withDryRuns } from './dry-runs.ts';
import { withGoNames } from './go-names.ts';
import { withIterators } from './iterators.ts';
import { goCodes, problemCodesOf, pythonCodes, typescriptCodes } from './problem-codes.ts';
import { withUnions } from './unions.ts';

/**
 * Makes every generated file of the SDKs. `folder` is an empty one for what comes in between.
 * @returns content by path from `root`.
 * @throws where the generator or the compiler refuses, with what it printed, or where versions
 * differ.
 */
export function stage(root: string, folder: string): Map<string, string> {
  const spec = withDryRuns(callersView(readFileSync(path.join(root, 'openapi.yaml'), 'utf8')));
  const files = new Map([
    ...clients(root, folder, spec),
    ...codes(spec),
    ...manifests(root, spec.info.version),
  ]);
  return new Map([...files, ...compiled(root, folder, files)]);
}

function clients(root: string, folder: string, spec: Spec): [string, string][] {
  const document = path.join(folder, 'openapi.json');
  writeFileSync(document, JSON.stringify(spec));
  const output = path.join(folder, 'client.ts');
  run(root, 'redocly', [
    'generate-client',
    document,
    '--config',
    'sdk/redocly.yaml',
    '--output',
    output,
  ]);
  const made = (name: string) =>
    withIterators(name, readFileSync(path.join(folder, name), 'utf8')).replace(
      '`redocly generate-client`',
      '`npm run sdk`',
    );
  return [
    ['sdk/typescript/src/client.ts', made('client.ts')],
    ['sdk/python/src/postmand/client.py', withUnions(withDeepObjects(made('client.py'), PYTHON))],
    ['sdk/go/client.go', withGoNames(withDeepObjects(made('client.go'), GO))],
  ];
}

function codes({ info }: Spec): [string, string][] {
  const all = problemCodesOf(info.description);
  return [
    ['sdk/typescript/src/problem-codes.ts', typescriptCodes(all)],
    ['sdk/python/src/postmand/problem_codes.py', pythonCodes(all)],
    ['sdk/go/problem_codes.go', goCodes(all)],
  ];
}

/** The packages carry the version of the service. */
function manifests(root: string, version: string): [string, string][] {
  const own = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  if (own.version !== version)
    throw new Error(`openapi.yaml is version ${version}, package.json ${own.version}.`);
  const withVersion = (file: string, line: RegExp): [string, string] => [
    file,
    readFileSync(path.join(root, file), 'utf8').replace(line, `$1"${version}"`),
  ];
  return [
    withVersion('sdk/typescript/package.json', /^( {2}"version": )"[^"]*"/m),
    withVersion('sdk/python/pyproject.toml', /^(version = )"[^"]*"/m),
  ];
}

/** JavaScript and declarations, as Node.js does not erase types below node_modules. */
function compiled(
  root: string,
  folder: string,
  files: ReadonlyMap<string, string>,
): [string, string][] {
  const project = path.join(folder, 'typescript');
  const dist = path.join(project, 'dist');
  mkdirSync(project);
  for (const name of ['src', 'tsconfig.json', 'package.json']) {
    cpSync(path.join(root, 'sdk/typescript', name), path.join(project, name), { recursive: true });
  }
  for (const [file, content] of files) {
    if (file.startsWith('sdk/typescript/'))
      writeFileSync(path.join(project, file.slice('sdk/typescript/'.length)), content);
  }
  run(root, 'tsc', ['--project', project]);
  return readdirSync(dist).map((name) => [
    `sdk/typescript/dist/${name}`,
    readFileSync(path.join(dist, name), 'utf8'),
  ]);
}

function run(root: string, command: string, args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(
    path.join(root, 'node_modules/.bin', command),
    args,
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_NOTIFICATIONS: 'true' },
    },
  );
  if (status !== 0)
    throw new Error(`${command} failed: ${error?.message ?? ''}\n${stdout}${stderr}`);
}
