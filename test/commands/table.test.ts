import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tableLines, wrapped, type Column } from '../../src/commands/api/table.ts';
import { momentText, readerAt } from '../../src/commands/api/times.ts';
import { timelineOf } from '../../src/commands/api/timeline.ts';
import { attempt, delivery, reader, webhook } from '../client/known.ts';

type Row = { id: string; name: string; held: number };
const COLUMNS: Column<Row>[] = [
  { name: 'NAME', of: ({ name }) => name, may: 'shrink' },
  { name: 'HELD', of: ({ held }) => String(held), align: 'right' },
  { name: 'ID', of: ({ id }) => id },
];
const ROWS = [
  { id: 'b81d7e09', name: 'Orders', held: 3 },
  { id: '3a6f1c52', name: 'Invoices of all customers', held: 1000 },
];

suite('tables', () => {
  test('room enough → each column as wide as its widest text', () =>
    assert.deepEqual(tableLines(ROWS, COLUMNS, Infinity), [
      'NAME                       HELD  ID',
      'Orders                        3  b81d7e09',
      'Invoices of all customers  1000  3a6f1c52',
    ]));

  test('a narrow terminal → what may shrink is cut, ids stay whole', () =>
    assert.deepEqual(tableLines(ROWS, COLUMNS, 30), [
      'NAME            HELD  ID',
      'Orders             3  b81d7e09',
      'Invoices of a…  1000  3a6f1c52',
    ]));

  test('a terminal that is much too narrow → no column is made useless', () =>
    assert.equal(tableLines(ROWS, COLUMNS, 5)[2], 'Invoice…  1000  3a6f1c52'));

  test('a name that would control the terminal → it is shown as escapes', () => {
    const [, line] = tableLines([{ id: '1', name: 'a\u001b[2J\nb', held: 0 }], COLUMNS, Infinity);
    assert.match(line ?? '', /^a\\u001b\[2J\\u000ab /);
  });

  test('a long text → lines that fit, and words that are longer whole', () => {
    assert.deepEqual(wrapped('one two three', 8, { first: '→ ', rest: '  ' }), [
      '→ one',
      '  two',
      '  three',
    ]);
    assert.deepEqual(wrapped('a b81d7e09-2f64 c', 5), ['a', 'b81d7e09-2f64', 'c']);
    assert.deepEqual(wrapped('', 5), ['']);
  });
});

suite('times', () => {
  const at = new Date('2026-11-26T12:04:05.678Z');

  test('in UTC → with a Z, and today without its day', () => {
    assert.equal(momentText(at, { utc: true }), '2026-11-26 12:04:05Z');
    const { time } = readerAt(at, { utc: true });
    assert.equal(time(new Date('2026-11-26T00:00:00Z')), '00:00:00Z');
    assert.equal(time(new Date('2026-11-25T23:59:59Z')), '2026-11-25 23:59:59Z');
  });

  test('in the zone of this machine → without one', () =>
    assert.match(momentText(at, { utc: false }), /^2026-11-2[567] \d\d:\d\d:05$/));
});

suite('the timeline of a delivery', () => {
  test('a retry is to come → what happened, and when the next attempt is due', () => {
    const pending = delivery({ delivery_attempts: 3, scheduled_at: '2026-11-26T12:00:40Z' });
    const attempts = [attempt({ probe: true }), attempt({ execution_duration: 5010 })];
    const known = { delivery: pending, webhook: webhook(), attempts };
    assert.deepEqual(
      timelineOf(known, reader.now).map(({ text, kind }) => `${kind}: ${text}`),
      [
        'plain: created',
        'plain: 1 earlier attempt is not shown',
        'bad: attempt 2: answered 500, which is no success (5.0 s)',
        'bad: attempt 3, a probe: answered 500, which is no success (12 ms)',
        'waits: next attempt: due in 40 s',
      ],
    );
  });

  test('it has ended → the last moment is that of its last attempt', () => {
    const known = {
      delivery: delivery({ status: 'failed', failed_reason: 'attempts', delivery_attempts: 1 }),
      webhook: webhook(),
      attempts: [attempt()],
    };
    assert.deepEqual(timelineOf(known, reader.now).at(-1), {
      at: attempt().created_at,
      text: 'failed: attempts',
      kind: 'bad',
    });
  });
});
