import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SDK_READMES = ['', 'typescript/', 'python/', 'go/'].map((sdk) => `sdk/${sdk}README.md`);

/** From ten on. */
const NUMBERS =
  'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  );

suite('documents', async () => {
  const all = await readdir(path.join(ROOT, 'test'), { withFileTypes: true });
  const names = all.filter((one) => one.isDirectory()).map(({ name }) => name);
  const folders = new RegExp(`\`((?:${names.join('|')})(?:/[a-z*-]+)+)\``, 'g');
  const docs = (await readdir(path.join(ROOT, 'docs')))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  for (const file of ['CONTRIBUTING.md', 'docs/architecture.md']) {
    test(`${file} → every file and folder that it names is there`, async () => {
      const text = await readFile(path.join(ROOT, file), 'utf8');
      const named = text.matchAll(/`((?:src|test|bench|sdk|docs|\.ci)\/[a-z0-9./-]*)`/g);
      const missing = Array.from(named, ([, name = '']) => name).filter(
        (name) => !existsSync(path.join(ROOT, name)),
      );
      assert.deepEqual(missing, []);
    });
  }

  test('docs/architecture.md → each room may import just what the linter lets it', async () => {
    const text = await readFile(path.join(ROOT, 'docs/architecture.md'), 'utf8');
    const entries = await readdir(path.join(ROOT, 'src'), { withFileTypes: true });
    const rooms = entries.filter((one) => one.isDirectory()).map(({ name }) => name);
    const told = Array.from(
      text.matchAll(/^\| \d+ \| `(\w+)\/` \|[^|]*\|([^|]*)\|/gm),
      ([, room = '', names = '']) => [room, roomsIn(names, room, rooms)] as const,
    );
    const linted = await lintedRooms(rooms);
    assert.deepEqual(new Map(told), new Map(rooms.map((room) => [room, linted(room)])));
  });

  test('docs/architecture.md → each room may import just the packages that the linter lets it', async () => {
    const text = await readFile(path.join(ROOT, 'docs/architecture.md'), 'utf8');
    const told = Array.from(
      text.matchAll(/^\| \d+ \| `([\w.]+)\/?` \|[^|]*\|[^|]*\|([^|]*)\|/gm),
      ([, place = '', names = '']) =>
        [place, names.match(/[@\w][\w/-]*/g)?.toSorted() ?? []] as const,
    );
    const { overrides } = await lintSettings();
    const linted = told.map(([place]) => [place, lintedPackages(overrides, place)] as const);
    assert.deepEqual(told, linted);
  });

  const WAYS_BACK = [
    ['docs/operating.md', 'version 2.1, which has the first five migrations', 5],
    ['docs/moving-from-go.md', 'the Go program, which has what the first one finds', 1],
  ] as const;
  for (const [file, to, kept] of WAYS_BACK)
    test(`${file}, the way back to ${to} → as many steps as there are migrations after these`, async () => {
      const text = await readFile(path.join(ROOT, file), 'utf8');
      const files = await readdir(path.join(ROOT, 'migrations'));
      const steps = files.filter((name) => name.endsWith('.up.sql')).length - kept;
      const [, told = ''] = /migrate down`,? (\w+) times/.exec(text) ?? [];
      assert.equal(told, NUMBERS[steps - 10]);
    });

  test('docs/architecture.md → its drawing of a claim is the one of the dispatcher', async () => {
    const text = await readFile(path.join(ROOT, 'docs/architecture.md'), 'utf8');
    const source = await readFile(path.join(ROOT, 'src/worker/dispatcher.ts'), 'utf8');
    const drawn = source.matchAll(/^ \* {5}(.*)$/gm);
    const [, drawing] = text.match(/^```\n(claimed → [^`]*)\n```$/m) ?? [];
    assert.equal(drawing, Array.from(drawn, ([, line = '']) => line).join('\n'));
  });

  for (const file of ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...SDK_READMES, ...docs]) {
    test(`${file} → every link leads somewhere`, async () => {
      const text = await readFile(path.join(ROOT, file), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [name = '', anchor] = target.split('#');
        const linked =
          name === '' ? path.join(ROOT, file) : path.join(ROOT, path.dirname(file), name);
        assert.ok(existsSync(linked), `${target} in ${file}`);
        if (anchor !== undefined)
          assert.ok(anchorsOf(await readFile(linked, 'utf8')).has(anchor), `${target} in ${file}`);
      }
    });
  }

  test('docs/images → each picture is shown by a page with words for it, and is small', async () => {
    const texts = await Promise.all(
      ['README.md', ...docs].map((file) => readFile(path.join(ROOT, file), 'utf8')),
    );
    const shown = texts.flatMap((text) =>
      Array.from(
        text.matchAll(/!\[([^\]]{20,})\]\((?:docs\/)?images\/([\w.-]+)\)/g),
        ([, , name]) => name,
      ),
    );
    const images = await readdir(path.join(ROOT, 'docs/images'));
    assert.deepEqual(new Set(images), new Set(shown));
    for (const name of images)
      assert.ok((await stat(path.join(ROOT, 'docs/images', name))).size < 150_000, name);
  });

  for (const file of ['docs/security.md', 'docs/reliability.md', 'docs/decisions.md']) {
    test(`${file} → every test that it names is there`, async () => {
      const text = await readFile(path.join(ROOT, file), 'utf8');
      for (const [, name = ''] of text.matchAll(folders)) {
        const folder = path.dirname(name);
        const pattern = new RegExp(`^${path.basename(name).replace('*', '.*')}\\.test\\.ts$`);
        assert.ok(
          (await readdir(path.join(ROOT, 'test', folder))).some((one) => pattern.test(one)),
          `${name} in ${file}`,
        );
      }
    });
  }

  test('docs/decisions.md → its index lists every entry, and the files that it names are there', async () => {
    const text = await readFile(path.join(ROOT, 'docs/decisions.md'), 'utf8');
    const indexed = Array.from(text.matchAll(/^· \[(.*)\]\(/gm), ([, title]) => title);
    assert.deepEqual(
      indexed,
      Array.from(text.matchAll(/^### (.*)$/gm), ([, title]) => title),
    );
    const sources = await readdir(path.join(ROOT, 'src'), { recursive: true });
    const known = new Set(sources.map((name) => path.basename(name)));
    for (const [, name = ''] of text.matchAll(/`([a-z-]+\.ts)`/g)) assert.ok(known.has(name), name);
  });
});

/** The anchors of headings, as GitHub makes them. */
function anchorsOf(markdown: string): Set<string> {
  const headings = Array.from(markdown.matchAll(/^#+ (.*)$/gm), ([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** The rooms in a cell of the table: by name, or all others but those. */
function roomsIn(cell: string, room: string, rooms: string[]): string[] {
  const named = Array.from(cell.matchAll(/`(\w+)`/g), ([, name = '']) => name).toSorted();
  if (!cell.includes('every room')) return named;
  return rooms.filter((one) => one !== room && !named.includes(one)).toSorted();
}

type LintSettings = { overrides: LintOverride[] };

/** Rooms are refused by a regular expression, packages by a group of patterns with exceptions. */
type LintOverride = {
  files: string[];
  rules: {
    'no-restricted-imports'?: [string, { patterns: ({ regex: string } | { group: string[] })[] }];
  };
};

async function lintSettings(): Promise<LintSettings> {
  return JSON.parse(await readFile(path.join(ROOT, '.oxlintrc.json'), 'utf8')) as LintSettings;
}

/** What the linter refuses a room, or a file of `src/`, to import. */
function refusalsOf(overrides: LintOverride[], place: string) {
  const pattern = place.endsWith('.ts') ? `src/${place}` : `src/${place}/**`;
  const own = overrides.find(({ files }) => files.includes(pattern));
  return own?.rules['no-restricted-imports']?.[1].patterns ?? [];
}

/** The packages that the linter lets a room import. Every room may import of Node.js. */
function lintedPackages(overrides: LintOverride[], place: string): string[] {
  const [group = []] = refusalsOf(overrides, place).flatMap((one) =>
    'group' in one ? [one.group] : [],
  );
  assert.deepEqual(group.slice(0, 4), ['*', '!.*/**', '!node:*', '!node:*/*']);
  return group
    .slice(4)
    .map((name) => name.replace(/^!(@[^/]+\/[^/]+|[^/]+)(?:\/\*\*)?$/, '$1'))
    .filter((name, i, names) => names.indexOf(name) === i)
    .toSorted();
}

/** Which rooms the linter lets a room import. */
async function lintedRooms(rooms: string[]): Promise<(room: string) => string[]> {
  const { overrides } = await lintSettings();
  return (room) => {
    const refusals = refusalsOf(overrides, room);
    const isRefused = (name: string) =>
      refusals.some((one) => 'regex' in one && new RegExp(one.regex).test(`../${name}/file.ts`));
    return rooms.filter((name) => name !== room && !isRefused(name)).toSorted();
  };
}
