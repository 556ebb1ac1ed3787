import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServedFile } from './served-file.ts';
import { withoutTypes } from './erased-types.ts';

/** All files by their path below `version`, which changes with any of them. */
export type DashboardFiles = { version: string; files: Map<string, ServedFile> };

const SOURCE = fileURLToPath(new URL('../../', import.meta.url));

/** What the browser loads of packages, by the name that modules import. */
export const PACKAGES = {
  preact: 'preact/dist/preact.mjs',
  'preact/hooks': 'preact/hooks/dist/hooks.mjs',
  htm: 'htm/dist/htm.mjs',
  '@preact/signals-core': '@preact/signals-core/dist/signals-core.mjs',
  '@preact/signals': '@preact/signals/dist/signals.mjs',
  uplot: 'uplot/dist/uPlot.iife.min.js',
} as const;

const STYLES = {
  'pico.css': '@picocss/pico/css/pico.min.css',
  'uplot.css': 'uplot/dist/uPlot.min.css',
};

/** Where a package lies below the version. */
export const packagePath = (name: string): string => `packages/${name.replaceAll('/', '-')}.js`;

/**
 * Reads the dashboard's program, without its types, and the packages that it needs. @throws where a
 * file is missing
 */
export async function readDashboard(): Promise<DashboardFiles> {
  const texts = new Map([...(await program()), ...(await styles()), ...(await packages())]);
  const hash = createHash('sha256');
  for (const [name, text] of texts) hash.update(name).update('\0').update(text).update('\0');
  const files = Array.from(texts, ([name, text]) => [name, servedOf(name, text)] as const);
  return { version: hash.digest('hex').slice(0, 16), files: new Map(files) };
}

function servedOf(name: string, text: string): ServedFile {
  const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
  return new ServedFile(`${type}; charset=utf-8`, text);
}

/** The modules of `src/ui` and `src/client`, which import each other by these very paths. */
async function program(): Promise<[string, string][]> {
  const names = [...(await namesIn('ui')), ...(await namesIn('client'))].filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
  );
  const texts = await withoutTypes(names.map((name) => path.join(SOURCE, name)));
  return names.map((name, i) => [name, texts[i] ?? '']);
}

async function namesIn(room: string): Promise<string[]> {
  const names = await readdir(path.join(SOURCE, room), { recursive: true });
  return names.map((name) => `${room}/${name.split(path.sep).join('/')}`).toSorted();
}

/** Those of packages first: the last one that says something of an element is right. */
async function styles(): Promise<[string, string][]> {
  const others = Object.entries(STYLES).map(async ([name, file]): Promise<[string, string]> => [
    `packages/${name}`,
    await ofPackage(file),
  ]);
  const own = (await namesIn('ui')).filter((name) => name.endsWith('.css'));
  const ours = own.map(async (name): Promise<[string, string]> => [
    name,
    await readFile(path.join(SOURCE, name), 'utf8'),
  ]);
  return Promise.all([...others, ...ours]);
}

async function packages(): Promise<[string, string][]> {
  return Promise.all(
    Object.entries(PACKAGES).map(async ([name, file]): Promise<[string, string]> => {
      const text = await ofPackage(file);
      // uPlot has its small form as a script alone, whose variable is exported here.
      return [packagePath(name), name === 'uplot' ? `${text}\nexport default uPlot;\n` : text];
    }),
  );
}

const require = createRequire(import.meta.url);

/** By its path, as some packages name in their `exports` what is for Node.js alone. */
function ofPackage(file: string): Promise<string> {
  const [, name = '', inner = ''] = /^((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(file) ?? [];
  const folder = require.resolve.paths(name)?.map((one) => path.join(one, name)) ?? [];
  return firstOf(folder.map((one) => path.join(one, inner)));
}

async function firstOf(files: string[]): Promise<string> {
  const [file, ...others] = files;
  if (file === undefined) throw new Error('a package of the dashboard is missing');
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (others.length === 0) throw error;
    return firstOf(others);
  });
}
