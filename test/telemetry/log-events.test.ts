import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { emptyFolder } from '../commands/processes.ts';
import { ROOT } from '../setup/command.ts';
import { logCallsIn, programOf, type LogCalls } from './log-calls.ts';

suite('the events of the log', async () => {
  const files = await sourceFiles();
  const { events, unclear } = logCallsIn(programOf(files), files);

  test('every call of a log in src → its event, level and fields can be told', () => {
    assert.deepEqual(unclear, []);
  });

  test('every event in src → one row in docs/operating.md with its levels and fields, and no row without an event', async () => {
    const rows = await rowsOfTheTable();
    assert.equal(new Set(rows.map(({ event }) => event)).size, rows.length, 'an event twice');
    assert.deepEqual(
      Object.fromEntries(rows.map(({ event, ...row }) => [event, shown(row)])),
      allShown(events),
    );
  });

  test('every field of an event → its name is in snake_case', () => {
    const fields = new Set(Array.from(events.values(), (event) => [...event.fields]).flat());
    assert.ok(fields.has('delivery_id'));
    assert.deepEqual(
      [...fields].filter((name) => !/^[a-z]+(_[a-z]+)*$/.test(name)),
      [],
    );
  });
});

suite('the calls of a log that are found', () => {
  const found: [what: string, code: string, events: Record<string, string>][] = [
    ['no fields', `log.info('a.b')`, { 'a.b': 'info:' }],
    ['fields', `log.warn('a.b', { one: 1, two: 2 })`, { 'a.b': 'warn: one two' }],
    ['a log in an object', `parts.log.error('a.b')`, { 'a.b': 'error:' }],
    ['a log that may be missing', `parts.maybe?.info('a.b')`, { 'a.b': 'info:' }],
    ['a log of another name', `const other = log; other.debug('a.b')`, { 'a.b': 'debug:' }],
    [
      'a level that depends',
      `log[parts.yes ? 'error' : 'debug']('a.b')`,
      { 'a.b': 'debug error:' },
    ],
    [
      'an event that depends',
      `log.info(parts.yes ? 'a.b' : 'a.c')`,
      { 'a.b': 'info:', 'a.c': 'info:' },
    ],
    [
      'fields that depend',
      `log.info('a.b', { one: 1, ...(parts.yes ? { two: 2 } : { three: 3 }) })`,
      { 'a.b': 'info: one three two' },
    ],
    [
      'fields made elsewhere',
      `const made = () => ({ two: 2 }); log.info('a.b', { one: 1, ...made() })`,
      { 'a.b': 'info: one two' },
    ],
    [
      'one event in two places',
      `log.info('a.b', { one: 1 }); log.warn('a.b', { two: 2 })`,
      { 'a.b': 'info warn: one two' },
    ],
    ['methods of something else', `console.info('a.b')`, {}],
  ];
  const unclear: [what: string, code: string][] = [
    ['any text as the event', `log.info(parts.text)`],
    ['any text as the level', `log[parts.text]('a.b')`],
    ['any fields', `log.info('a.b', parts.fields)`],
    ['a method that is passed on', `const write = log.info; write('a.b')`],
    ['a method that is taken out', `const { info } = log; info('a.b')`],
  ];

  test('calls in all forms → each event with its levels and fields', async (t) => {
    const calls = await callsIn(t, found);
    for (const [what, , events] of found)
      assert.deepEqual([allShown(calls(what).events), calls(what).unclear], [events, []], what);
  });

  test('calls of which something can be told at run time only → each is said to be unclear', async (t) => {
    const calls = await callsIn(t, unclear);
    for (const [what] of unclear)
      assert.deepEqual([calls(what).events.size, calls(what).unclear.length], [0, 1], what);
  });
});

async function sourceFiles(): Promise<string[]> {
  const names = await readdir(path.join(ROOT, 'src'), { recursive: true });
  return names
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => path.join(ROOT, 'src', name));
}

/** The calls in pieces of code, each in a file of its own, by what they are. */
async function callsIn(
  t: TestContext,
  cases: [what: string, code: string, ...rest: unknown[]][],
): Promise<(what: string) => LogCalls> {
  const folder = await emptyFolder(t);
  const head = `import type { Log } from ${JSON.stringify(path.join(ROOT, 'src/telemetry/log.ts'))};
    declare const log: Log;
    declare const parts: {
      log: Log; maybe?: Log; yes: boolean; text: string; fields: Record<string, unknown>
    };`;
  const files = cases.map((_case, i) => path.join(folder, `case-${i}.ts`));
  await Promise.all(cases.map(([, code], i) => writeFile(files[i] ?? '', `${head}\n${code};\n`)));
  const program = programOf(files);
  return (what) => {
    const i = cases.findIndex(([name]) => name === what);
    return logCallsIn(program, [files[i] ?? '']);
  };
}

type Row = { event: string; levels: string[]; fields: string[] };

/** The rows `event | level | fields | …` in the chapter on logs. */
async function rowsOfTheTable(): Promise<Row[]> {
  const text = await readFile(path.join(ROOT, 'docs/operating.md'), 'utf8');
  const [, chapter = ''] = /^## Logs$(.*?)^## /ms.exec(text) ?? [];
  const [, table = ''] = /^(\| event \| level \| fields \|.*?)\n\n/ms.exec(chapter) ?? [];
  const [, , ...rows] = table.split('\n');
  return rows.map((row) => {
    const [, event = '', level = '', fields = ''] = row.split('|').map((cell) => cell.trim());
    return { event: event.replaceAll('`', ''), levels: level.split(', '), fields: codesIn(fields) };
  });
}

function codesIn(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code);
}

function allShown(events: LogCalls['events']): Record<string, string> {
  return Object.fromEntries(Array.from(events, ([name, event]) => [name, shown(event)]));
}

/** Levels and fields in one line, whatever their order. */
function shown({ levels, fields }: { levels: Iterable<string>; fields: Iterable<string> }): string {
  return `${[...levels].sort().join(' ')}: ${[...fields].sort().join(' ')}`.trim();
}
