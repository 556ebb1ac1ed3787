import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stage } from './stage.ts';

/**
 * `npm run sdk` writes the generated files of the SDKs; with `--check` it writes nothing and fails
 * where one of them is not what openapi.yaml, the hand-written parts and the version give.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What was generated once and no longer is must go: these folders hold nothing else. */
const WHOLLY_GENERATED = ['sdk/typescript/dist'];

const folder = mkdtempSync(path.join(tmpdir(), 'postmand-sdk-'));
try {
  const expected = stage(ROOT, folder);
  const differing = [...expected.keys()].filter((file) => read(file) !== expected.get(file));
  const leftOver = WHOLLY_GENERATED.flatMap(filesOf).filter((file) => !expected.has(file));
  if (process.argv.includes('--check')) report(differing, leftOver);
  else write(expected, differing, leftOver);
} catch (error) {
  console.error(`sdk: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report(differing: string[], leftOver: string[]): void {
  for (const file of differing)
    console.error(`sdk: ${file} is not what openapi.yaml and the sources of the SDK give.`);
  for (const file of leftOver) console.error(`sdk: ${file} is left over.`);
  if (differing.length + leftOver.length === 0) return;
  console.error(
    'sdk: Run `npm run sdk` and commit what it writes; generated files are never edited by hand.',
  );
  process.exitCode = 1;
}

function write(
  expected: ReadonlyMap<string, string>,
  differing: string[],
  leftOver: string[],
): void {
  for (const file of differing) {
    mkdirSync(path.dirname(path.join(ROOT, file)), { recursive: true });
    writeFileSync(path.join(ROOT, file), expected.get(file) ?? '');
    console.log(`sdk: wrote ${file}`);
  }
  for (const file of leftOver) rmSync(path.join(ROOT, file));
}

function read(file: string): string | undefined {
  return existsSync(path.join(ROOT, file))
    ? readFileSync(path.join(ROOT, file), 'utf8')
    : undefined;
}

function filesOf(directory: string): string[] {
  const full = path.join(ROOT, directory);
  return existsSync(full) ? readdirSync(full).map((name) => `${directory}/${name}`) : [];
}
