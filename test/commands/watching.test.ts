import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Screen } from '../../src/commands/screen.ts';
import { watch } from '../../src/commands/watching.ts';
import type { Operation } from '../../src/operations/operation.ts';
import { CommandError } from '../../src/process/command-error.ts';

const QUEUED: Operation = {
  id: '0b1e6f2c-53d7-4a8f-9c60-7d2e4b8a1f35',
  kind: 'redelivery',
  state: 'queued',
  filter: { status: 'failed' },
  rate_per_second: 50,
  matched: null,
  done: 0,
  skipped: 0,
  created_at: '2026-11-26T10:00:00Z',
  started_at: null,
  finished_at: null,
  error: null,
};
const NEVER = new Promise<NodeJS.Signals>(() => {});

type Look = Partial<Operation> | Error;

/** Watches where each look, three seconds after the one before, finds the next of `looks`. */
async function watched(
  looks: Look[],
  { isTTY = false, columns = 80, stopping = NEVER } = {},
): Promise<{ shown: string; error: unknown }> {
  let shown = '';
  let now = 0;
  const screen = new Screen({ isTTY, columns, write: (text) => (shown += text) !== '' });
  const find = async () => {
    now += 3;
    const look = looks.shift() ?? {};
    if (look instanceof Error) throw look;
    return { ...QUEUED, ...look };
  };
  const error = await watch({
    operation: QUEUED,
    source: 'The database',
    ...{ find, screen, stopping, lookMs: 1, now: () => now },
  }).catch((error: unknown) => error);
  return { shown, error };
}

const running = (done: number): Look => ({ state: 'running', matched: 600, done });
const DONE: Look = { state: 'done', matched: 600, done: 598, skipped: 2 };

suite('watch', () => {
  test('no terminal → a line each 10 seconds, and how it ended', async () => {
    const { shown, error } = await watched([{}, ...[0, 150, 300, 450].map(running), DONE]);
    assert.equal(error, undefined);
    assert.deepEqual(shown.split('\n'), [
      'redelivery: waits for a worker',
      'redelivery: 75 %, 450 of 600, 38/s, 4 s left',
      'The redelivery is done: 598 done, 2 skipped.',
      '',
    ]);
  });

  test('a terminal → one line that is written over, and gone at the end', async () => {
    const { shown } = await watched([running(300), DONE], { isTTY: true });
    const [, bar = '', ...rest] = shown.split('\r\u001b[2K');
    assert.match(bar, /^\[█{12}░{12}\] redelivery: 50 %, 300 of 600$/);
    assert.deepEqual(rest, ['The redelivery is done: 598 done, 2 skipped.\n']);
  });

  test('a terminal that was told no size → it is drawn for 80 columns', async () => {
    const [sized, unsized] = await Promise.all(
      [80, 0].map((columns) => watched([running(300), DONE], { isTTY: true, columns })),
    );
    assert.equal(unsized?.shown, sized?.shown);
  });

  test('nothing is done for 10 seconds → it asks for a worker, once', async () => {
    const { shown } = await watched([...Array.from({ length: 8 }, () => ({})), DONE]);
    assert.equal(shown.split('Is a worker running?').length, 2);
    const { shown: moving } = await watched([1, 2, 3, 4, 5, 6].map(running).concat(DONE));
    assert.doesNotMatch(moving, /Is a worker running/);
  });

  test('the database is away for a while → said once, and it goes on', async () => {
    const away = new Error('connect ECONNREFUSED');
    const { shown, error } = await watched([running(1), away, away, running(2), DONE]);
    assert.equal(error, undefined);
    assert.equal(shown.split('The database does not answer').length, 2);
  });

  test('it is away for longer than a minute → its error', async () => {
    const away = new Error('connect ECONNREFUSED');
    const { error } = await watched(Array.from({ length: 30 }, () => away));
    assert.equal(error, away);
  });

  for (const [look, message] of [
    [{ state: 'cancelled', done: 7 }, /was cancelled: 7 done, 0 skipped/],
    [{ state: 'failed', error: 'it broke' }, /failed: it broke \(0 done/],
  ] as const)
    test(`${look.state} → an error that says so`, async () => {
      const { error } = await watched([look]);
      assert.ok(error instanceof CommandError);
      assert.match(error.message, message);
    });

  test('told to stop → an error that says how to go on', async () => {
    const { error } = await watched([], { stopping: Promise.resolve('SIGINT') });
    assert.ok(error instanceof CommandError);
    assert.match(error.message, /^Stopped by SIGINT\. The redelivery goes on\./);
    assert.match(error.message, new RegExp(`operations watch ${QUEUED.id}`));
    assert.match(error.message, new RegExp(`operations cancel ${QUEUED.id}`));
  });
});
