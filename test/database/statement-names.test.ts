import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { StatementNames } from '../../src/database/statement-names.ts';

suite('the names of statements', () => {
  test('a text that comes for the first time → no name; from then on the same one in each process', () => {
    const [names, others] = [new StatementNames(), new StatementNames()];
    assert.equal(names.nameOf('select 1'), undefined);
    const name = names.nameOf('select 1');
    assert.match(name ?? '', /^postmand_[\da-f]{16}$/);
    assert.equal(names.nameOf('select 1'), name);
    others.nameOf('select 1');
    assert.equal(others.nameOf('select 1'), name);
  });

  test('the same text in transactions that begin in different ways → different names', () => {
    const names = new StatementNames();
    const begins = ['begin', 'begin; set local enable_sort = off'];
    for (const begin of begins) names.nameOf('select 1', begin);
    assert.equal(new Set(begins.map((begin) => names.nameOf('select 1', begin))).size, 2);
  });

  test('texts that vary → at most 200 have names, and those keep them', () => {
    const names = new StatementNames();
    const texts = Array.from({ length: 300 }, (_one, i) => `select ${i}`);
    for (const text of texts) names.nameOf(text);
    const named = texts.filter((text) => names.nameOf(text) !== undefined);
    assert.deepEqual(named, texts.slice(0, 200));
    assert.deepEqual(
      texts.filter((text) => names.nameOf(text) !== undefined),
      named,
    );
  });

  test('turned off → nothing has a name any more', () => {
    const names = new StatementNames();
    names.nameOf('select 1');
    assert.ok(names.nameOf('select 1'));
    assert.equal(names.turnOff(), true);
    assert.equal(names.turnOff(), false);
    assert.equal(names.nameOf('select 1'), undefined);
  });
});
