import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { commandLine } from '../../bench/command-line.ts';
import { UsageError } from '../../bench/options.ts';
import { createPayloads, marksOf } from '../../bench/payload.ts';
import { ADAPTERS } from '../../bench/rivals/adapters.ts';
import { readRivalOptions } from '../../bench/rivals/options.ts';

const MAIN = fileURLToPath(new URL('../../bench/rivals/main.ts', import.meta.url));

type Report = {
  circumstances: Record<string, string>;
  scenarios: { scenario: string; results: Result[] }[];
};
type Result = { failure?: string; figures: { name: string; median: number | null }[] };

suite('the benchmark of rivals', () => {
  test('our adapter → every message arrives once, and what was set is shown', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...[MAIN, 'postmand', 'pipeline', 'isolation', '--json'],
      ...['--database', process.env['TEST_SERVER_URL'] ?? ''],
      ...['--messages', '60', '--warmup', '20', '--endpoints', '3', '--settle-seconds', '1'],
      ...['--hanging', '2', '--hanging-backlog', '2', '--seconds', '1'],
    ]);
    const { circumstances, scenarios } = JSON.parse(stdout) as Report;
    assert.match(circumstances['each is given'] ?? '', /POSTMAND_DATABASE_URL=postgres:\/\/…@/);
    assert.deepEqual(
      scenarios.map(({ scenario, results }) => [scenario, results[0]?.failure]),
      ['pipeline', 'isolation'].map((name) => [name, undefined]),
    );
    const figures = scenarios.flatMap(({ results }) => results.flatMap((one) => one.figures));
    const figure = (name: string) => figures.find((one) => one.name === name)?.median;
    assert.deepEqual([figure('missing'), figure('sent again')], [0, 0]);
    assert.ok((figure('healthy: POST to arrival p50') ?? 0) > 0);
  });

  for (const [argv, named] of [
    [[], 'postmand, outpost, svix'],
    [['none'], '"none"'],
    [['postmand', 'none'], '"none"'],
    [['outpost'], '--binary'],
    [['outpost', '--binary', 'outpost'], '--redis'],
    [['outpost', '--binary', 'outpost', '--redis', 'redis-server'], '--rabbitmq'],
    [['svix', '--binary', 'svix-server'], '--redis'],
    [['postmand', '--messages', '0'], '--messages'],
    [['postmand', '--runs', 'x'], '--runs'],
    [['postmand', '--set', 'name'], '--set'],
    [['postmand', '--none'], '--none'],
  ] as const) {
    test(`${argv.join(' ') || 'no arguments'} → an error that names ${named}`, () => {
      assert.throws(
        () => readRivalOptions([...argv]),
        (error) => error instanceof UsageError && error.message.includes(named),
      );
    });
  }

  test('a program that is not there → an error that names --binary', async () => {
    const run = promisify(execFile)(process.execPath, [
      ...[MAIN, 'svix', 'idle', '--binary', '/nowhere/svix-server', '--redis', 'redis-server'],
      ...['--database', process.env['TEST_SERVER_URL'] ?? ''],
    ]);
    await assert.rejects(run, {
      code: 2,
      stderr: /--binary: \/nowhere\/svix-server cannot be run/,
    });
  });

  for (const [what, change] of [
    ['as it was', (payload: string) => payload],
    ['within other JSON', (payload: string) => `{"topic":"bench","data":${payload}}`],
    ['in another order, with spaces', spacedAndReversed],
  ] as const) {
    test(`a payload ${what} → its marks are read`, () => {
      const payload = createPayloads()();
      const { id, sentAt } = JSON.parse(payload) as { id: number; sentAt: number };
      assert.deepEqual(marksOf(change(payload)), { id, sentAt });
    });
  }

  test('systems that take JSON → their body is JSON with the payload in it', () => {
    const payload = createPayloads()();
    const given = { binary: 'x', databaseUrl: '', ports: [1, 2, 3, 4] };
    const stores = { redis: 'redis://127.0.0.1:1', rabbitmq: 'amqp://127.0.0.1' };
    for (const [name, adapter] of Object.entries(ADAPTERS)) {
      const { body = '' } = adapter.open({ ...given, stores }).post('one', payload);
      const values = Object.values(JSON.parse(body) as Record<string, unknown>);
      const found = values.some((value) =>
        [payload, JSON.stringify(JSON.parse(payload))].includes(
          typeof value === 'string' ? value : JSON.stringify(value),
        ),
      );
      assert.ok(found, name);
    }
  });

  test('a command with URLs → it is shown without them', () => {
    const argv = ['outpost', '--redis', 'redis://:secret@host', '--database=postgres://a:b@host'];
    assert.equal(commandLine('npm run x', argv), 'npm run x -- outpost --redis URL --database=URL');
  });
});

function spacedAndReversed(payload: string): string {
  const members = Object.entries(JSON.parse(payload) as object).toReversed();
  return JSON.stringify(Object.fromEntries(members), undefined, 1);
}
