import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { erasureOf, redeliveryOf } from '../../src/ui/filter/bulk.ts';
import { addressOf, filterOf } from '../../src/ui/filter/delivery-filter.ts';

const filterIn = (query: string) => filterOf(new URLSearchParams(query));
const kindOf = (query: string) => redeliveryOf(filterIn(query)).by;

suite('a filter in an address', () => {
  test('a filter → its address leads to the same one', () => {
    const query = 'status=failed&created_at.gte=2026-11-23T08%3A00%3A00Z&metadata.a.b=1+%26+2';
    const filter = filterIn(query);
    assert.deepEqual(filter, {
      ...{ status: 'failed', 'created_at.gte': '2026-11-23T08:00:00Z' },
      metadata: { 'a.b': '1 & 2' },
    });
    assert.deepEqual(filterOf(new URLSearchParams(addressOf(filter))), filter);
  });

  test('what can be redelivered by it → by filter, by ids, or the reason why nothing', () => {
    assert.equal(kindOf(''), 'nothing');
    assert.equal(kindOf('status=pending'), 'nothing');
    assert.equal(kindOf('status=pending&held_reason=ordered'), 'nothing');
    assert.equal(kindOf('failed_reason=erased'), 'nothing');
    assert.equal(kindOf('metadata.customer=42'), 'ids');
    assert.equal(kindOf('ordering_key=a&status=failed'), 'ids');
    assert.deepEqual(redeliveryOf(filterIn('status=failed&created_at.lt=2026-11-23T08:00:00Z')), {
      by: 'filter',
      filter: { status: 'failed', 'created_at.lt': '2026-11-23T08:00:00Z' },
    });
  });

  test('what can be erased by it → metadata alone', () => {
    assert.ok('why' in erasureOf(filterIn('')));
    assert.ok('why' in erasureOf(filterIn('metadata.customer=42&status=failed')));
    assert.deepEqual(erasureOf(filterIn('metadata.customer=42')), { metadata: { customer: '42' } });
  });
});
