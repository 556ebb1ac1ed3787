import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';

const LOG = new URL('../../src/telemetry/log.ts', import.meta.url).href;
const PG = import.meta.resolve('pg');

/**
 * What a process of its own writes to stdout that runs `script` with a `log` of `level`, line by
 * line.
 */
async function written(level: string, script: string): Promise<Record<string, unknown>[]> {
  const source = `import { createLog } from ${JSON.stringify(LOG)}; const log = createLog(${JSON.stringify(level)}); ${script}`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    source,
  ]);
  assert.equal(stderr, '');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

suite('the log', { concurrency: 4 }, () => {
  test('an event → one JSON line on stdout: time, level, event, then its fields', async () => {
    const [line, ...more] = await written(
      'info',
      `log.info('delivery.attempted', { delivery_id: 'd', status: 200, ok: true, none: null, list: [1, { a: 'b\\nc' }] });`,
    );
    assert.equal(more.length, 0);
    const { time, ...rest } = line ?? {};
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(rest, {
      level: 'info',
      event: 'delivery.attempted',
      delivery_id: 'd',
      status: 200,
      ok: true,
      none: null,
      list: [1, { a: 'b\nc' }],
    });
    assert.deepEqual(Object.keys(line ?? {}).slice(0, 3), ['time', 'level', 'event']);
  });

  test('an event without fields → time, level and event', async () => {
    const [line] = await written('info', `log.warn('something');`);
    assert.deepEqual(Object.keys(line ?? {}), ['time', 'level', 'event']);
  });

  for (const [level, expected] of Object.entries({
    error: ['error'],
    warn: ['error', 'warn'],
    info: ['error', 'warn', 'info'],
    debug: ['error', 'warn', 'info', 'debug'],
  })) {
    test(`the level ${level} → lines of ${expected.join(', ')}`, async () => {
      const lines = await written(
        level,
        `for (const level of ['error', 'warn', 'info', 'debug']) log[level]('an event');`,
      );
      assert.deepEqual(
        lines.map((line) => line['level']),
        expected,
      );
    });
  }

  test('an error → its name, message, code, stack and causes, wherever it is', async () => {
    const [line] = await written(
      'info',
      `const cause = Object.assign(new TypeError('the cause'), { code: 'ECAUSE' });
     const inside = { list: [new RangeError('within')] };
     log.error('it.failed', { error: new Error('the failure', { cause }), inside });`,
    );
    const { error, inside } = line as {
      error: {
        name: string;
        message: string;
        stack: string;
        cause: { name: string; message: string; code: string; stack: string };
      };
      inside: { list: { name: string; message: string }[] };
    };
    assert.deepEqual([error.name, error.message], ['Error', 'the failure']);
    assert.match(error.stack, /^Error: the failure\n {4}at /);
    assert.deepEqual(
      [error.cause.name, error.cause.message, error.cause.code],
      ['TypeError', 'the cause', 'ECAUSE'],
    );
    assert.match(error.cause.stack, /TypeError: the cause/);
    assert.deepEqual([inside.list[0]?.name, inside.list[0]?.message], ['RangeError', 'within']);
  });

  test('several errors in one, as when a host has two addresses → each of them', async () => {
    const [line] = await written(
      'info',
      `log.error('it.failed', { error: new AggregateError([new Error('first'), new Error('second')]) });`,
    );
    const { error } = line as { error: { errors: { message: string }[] } };
    assert.deepEqual(
      error.errors?.map(({ message }) => message),
      ['first', 'second'],
    );
  });

  test(`an error of PostgreSQL → without its detail, which may hold a row's values`, async () => {
    const [line] = await written(
      'info',
      `const { default: pg } = await import(${JSON.stringify(PG)});
     const known = { code: '23505', detail: 'Key (secret_token)=(hunter2)' };
     const error = Object.assign(new pg.DatabaseError('duplicate key', 1, 'error'), known);
     log.error('it.failed', { error });`,
    );
    assert.equal((line as { error: { code: string } }).error.code, '23505');
    assert.doesNotMatch(JSON.stringify(line), /hunter2/);
  });

  test('fields named like those of the log library → logged as they are', async () => {
    const [line] = await written(
      'info',
      `log.info('an event', { message: 'a message', stack: 'a stack', splat: [1] });`,
    );
    const { time: _time, ...rest } = line ?? {};
    assert.deepEqual(rest, {
      level: 'info',
      event: 'an event',
      message: 'a message',
      stack: 'a stack',
      splat: [1],
    });
  });
});
