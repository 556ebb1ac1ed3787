import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { refreshed, shownOf, withPage } from '../../src/ui/shown.ts';

type Item = { id: string; at: number };

const page = (ids: string, next_cursor: string | null = null, at = 0) => ({
  items: Array.from(ids, (id): Item => ({ id, at })),
  next_cursor,
});
const idOf = ({ id }: Item) => id;
const ids = ({ items }: { items: Item[] }) => items.map(idOf).join('');

suite('a list under the eyes of a reader', () => {
  test('new items → counted, and not shown', () => {
    const shown = refreshed(shownOf(page('cba', 'x')), page('edcb', 'x'), idOf);
    assert.equal(ids(shown), 'cba');
    assert.deepEqual([shown.fresh, shown.freshIsLeast], [2, false]);
    assert.equal(ids(shownOf(shown.latest)), 'edcb');
  });

  test('nothing but new items → at least so many', () => {
    const shown = refreshed(shownOf(page('cba', 'x')), page('zyx', 'x'), idOf);
    assert.deepEqual([shown.fresh, shown.freshIsLeast, shown.gone.size], [3, true, 0]);
  });

  test('an item that has changed → shown as it is now, at its place', () => {
    const shown = refreshed(shownOf(page('cba')), page('cba', null, 1), idOf);
    assert.deepEqual(shown.items, page('cba', null, 1).items);
  });

  test('an item that the list has no more → kept at its place, and noted', () => {
    const shown = refreshed(shownOf(page('dcba', 'x')), page('dba', 'x'), idOf);
    assert.equal(ids(shown), 'dcba');
    assert.deepEqual([...shown.gone], ['c']);
  });

  test('what lies behind what was read again → nothing is known of it', () => {
    const longer = withPage(shownOf(page('dc', 'x')), page('ba'), idOf);
    assert.equal(ids(longer), 'dcba');
    const shown = refreshed(longer, page('dc', 'x'), idOf);
    assert.deepEqual([ids(shown), shown.gone.size, shown.cursor], ['dcba', 0, null]);
  });

  test('an item that moved up from behind → neither new nor gone', () => {
    const shown = refreshed(shownOf(page('dcb', 'x')), page('dba', 'x'), idOf);
    assert.deepEqual([shown.fresh, [...shown.gone]], [0, ['c']]);
  });

  test('an empty list → shows what comes', () => {
    const shown = refreshed(shownOf(page('')), page('ba'), idOf);
    assert.deepEqual([ids(shown), shown.fresh], ['ba', 0]);
  });
});
