import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { mergePatch } from '../../src/webhooks/merge-patch.ts';

/** RFC 7396, appendix A, in its order. */
const CASES: [target: string, patch: string, result: string][] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

suite('a JSON merge patch', () => {
  for (const [target, patch, result] of CASES)
    test(`${target} with ${patch} → ${result}`, () => {
      const given: unknown = JSON.parse(target);
      assert.equal(JSON.stringify(mergePatch(given, JSON.parse(patch))), result);
      assert.equal(JSON.stringify(given), target, 'the target is as it was');
    });

  test('the document of RFC 7396, section 3 → as it stands there', () => {
    const target = {
      title: 'Goodbye!',
      author: { givenName: 'John', familyName: 'Doe' },
      tags: ['example', 'sample'],
      content: 'This will be unchanged',
    };
    const patch = {
      title: 'Hello!',
      phoneNumber: '+01-123-456-7890',
      author: { familyName: null },
      tags: ['example'],
    };
    assert.deepEqual(mergePatch(target, patch), {
      title: 'Hello!',
      author: { givenName: 'John' },
      tags: ['example'],
      content: 'This will be unchanged',
      phoneNumber: '+01-123-456-7890',
    });
  });

  test('members called as those of every object → members like any other', () => {
    const patch: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":{"b":2}}');
    const merged = mergePatch({}, patch) as object;
    assert.equal(JSON.stringify(merged), JSON.stringify(patch));
    assert.equal(Object.getPrototypeOf(merged), Object.prototype);
    assert.equal((Object.prototype as Record<string, unknown>)['a'], undefined);
  });
});
