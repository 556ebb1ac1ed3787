import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  EventInvalid,
  EventTypeArchived,
  EventTypeNotFound,
} from '../../../src/events/types/event-type.ts';
import { PayloadCheck } from '../../../src/events/types/payload-check.ts';
import { SchemaThreads } from '../../../src/schemas/schema-threads.ts';
import { freshDatabase } from '../../setup/database.ts';
import { wholeFile } from '../../setup/whole-file.ts';

const { pool } = await freshDatabase(wholeFile);
const schemas = new SchemaThreads();
wholeFile.after(() => schemas.close());
const check = new PayloadCheck({ isOpen: false, schemas });
const open = new PayloadCheck({ isOpen: true, schemas });

await pool.query(
  `insert into event_types (name, schema, archived_at) values
     ('any', null, null),
     ('text', '{"type": "string"}', null),
     ('order', '{"properties": {"items": {"items": {"properties": {
       "price": {"type": "number"}}}}}}', null),
     ('broken', '{"pattern": "(?=a)"}', null),
     ('gone', '{"type": "string"}', now())`,
);

suite('a payload', () => {
  test('of a type without a schema → anything fits, also what is no JSON', async () => {
    const threads = new SchemaThreads();
    await new PayloadCheck({ isOpen: false, schemas: threads }).check(pool, {
      type: 'any',
      payload: '{',
    });
    await threads.close();
  });

  test('that does not fit → EventInvalid with its place', async () => {
    const payload = '{"items":[{"price":"1"}]}';
    await assert.rejects(check.check(pool, { type: 'order', payload }), (error) => {
      assert.ok(error instanceof EventInvalid);
      assert.deepEqual([error.pointer, error.message], ['/items/0/price', 'must be a number']);
      return true;
    });
  });

  test('that is no JSON → EventInvalid', async () => {
    const message = 'must be JSON, as its type has a schema';
    await assert.rejects(check.check(pool, { type: 'text', payload: '{' }), { message });
  });

  test('of a type that is archived → EventTypeArchived', async () =>
    assert.rejects(check.check(pool, { type: 'gone', payload: '"a"' }), EventTypeArchived));

  test('of a type that there is not → EventTypeNotFound, unless types are open', async () => {
    const event = { type: 'nothing', payload: '"a"' };
    await assert.rejects(check.check(pool, event), EventTypeNotFound);
    await open.check(pool, event);
    await assert.rejects(open.check(pool, { type: 'gone', payload: '"a"' }), EventTypeArchived);
  });

  test('of a type whose schema cannot be used → does not fit, and says so', async () =>
    assert.rejects(check.check(pool, { type: 'broken', payload: '"a"' }), /cannot be used/));
});

suite('several events', () => {
  const FIRST = { type: 'text', payload: '"a"' };

  test('one of them at fault → its place; none → nothing', async () => {
    const fine = Array.from({ length: 20 }, () => FIRST);
    assert.equal(await check.firstFault(pool, fine), undefined);
    const bad = { type: 'text', payload: '1' };
    const found = await check.firstFault(pool, [...fine, bad, { type: 'nothing', payload: '' }]);
    assert.deepEqual([found?.index, found?.fault.message], [20, 'must be a string']);
  });

  test('each of them → its fault', async () => {
    const types = ['text', 'nothing', 'gone', 'order'];
    const begun = await check.begin(
      pool,
      types.map((type) => ({ type, payload: '"a"' })),
    );
    const faults = await Promise.all(begun);
    assert.deepEqual(
      faults.map((fault) => fault?.name),
      [undefined, 'EventTypeNotFound', 'EventTypeArchived', undefined],
    );
  });

  test('none → nothing', async () => assert.deepEqual(await check.begin(pool, []), []));
});

test('the schema changes, or the type is another one of its name → the next payload meets it', async () => {
  const set = (sql: string) => pool.query(sql);
  const isTaken = (payload: string) =>
    check.check(pool, { type: 'changing', payload }).then(
      () => true,
      () => false,
    );
  await set(`insert into event_types (name, schema) values ('changing', '{"type": "string"}')`);
  assert.deepEqual([await isTaken('"a"'), await isTaken('1')], [true, false]);
  await set(
    `update event_types set schema = '{"type": "number"}', version = 2 where name = 'changing'`,
  );
  assert.deepEqual([await isTaken('"a"'), await isTaken('1')], [false, true]);
  await set(`update event_types set schema = null, version = 3 where name = 'changing'`);
  assert.deepEqual([await isTaken('"a"'), await isTaken('1')], [true, true]);
  await set(`delete from event_types where name = 'changing'`);
  await set(
    `insert into event_types (name, schema, version) values ('changing', '{"type": "null"}', 2)`,
  );
  assert.deepEqual([await isTaken('1'), await isTaken('null')], [false, true]);
});
