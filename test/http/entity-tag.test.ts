import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { allowedVersions, entityTag, refuseOthers } from '../../src/http/entity-tag.ts';
import { BadRequest } from '../../src/http/problem.ts';

const NOW = {
  updated_at: '2026-11-23T16:26:01.456186Z',
  secret_token: 'a token',
  health: 'healthy',
};
const TAG = entityTag(NOW);
const NEXT = { ...NOW, updated_at: '2026-11-23T16:26:01.456187Z' };
const LATER = entityTag(NEXT);
const FAILING = { ...NOW, health: 'failing' };
const SICK = entityTag(FAILING);

suite('an entity tag', () => {
  test('a webhook → a strong tag with the version of its settings in front', () =>
    assert.match(TAG, /^"20261123162601456186-[\w-]{16}"$/));

  test('the same → the same; other settings or another health → another', () => {
    assert.equal(entityTag({ ...NOW }), TAG);
    assert.equal(new Set([TAG, LATER, SICK]).size, 3);
  });

  test('another token → nothing of it is in the tag', () =>
    assert.equal(entityTag({ ...NOW, secret_token: 'another token' }), TAG));
});

suite('If-Match', () => {
  const ALLOWING: [what: string, header: string | undefined][] = [
    ['none', undefined],
    ['*', '*'],
    ['* with spaces', ' * '],
    ['the tag', TAG],
    ['a tag with another health', SICK],
    ['the second of a list', `${LATER}, ${TAG}`],
    ['a list without spaces', `${LATER},${TAG}`],
    ['a list with empty elements', ` , ${LATER} ,, \t${TAG} , `],
    ['tags that are not ours beside it', `"", "a,b", "ÿ", W/${TAG}, ${TAG}`],
  ];
  for (const [what, header] of ALLOWING)
    test(`${what} → allowed`, () => refuseOthers(allowedVersions(header), NOW));

  const REFUSING: [what: string, header: string][] = [
    ['another version', LATER],
    ['a list of others', `${LATER}, "x"`],
    ['a weak tag', `W/${TAG}`],
    ['an empty tag', '""'],
    ['the version alone', '"20261123162601456186"'],
    ['a tag of that version, but not of our form', '"20261123162601456186-x"'],
  ];
  for (const [what, header] of REFUSING)
    test(`${what} → refused`, () =>
      assert.throws(
        () => refuseOthers(allowedVersions(header), NOW),
        (error) => error instanceof BadRequest && error.kind === 'precondition_failed',
      ));

  const MALFORMED: Record<string, string> = {
    nothing: '',
    'commas alone': ' , ,',
    'no quotes': TAG.slice(1, -1),
    'one quote': TAG.slice(0, -1),
    'two tags without a comma': `${TAG} ${LATER}`,
    '* in a list': `*, ${TAG}`,
    'a small w': `w/${TAG}`,
    'a space within': '"a b"',
    'text behind': `${TAG} x`,
    'text in front': `x ${TAG}`,
  };
  for (const [what, header] of Object.entries(MALFORMED))
    test(`${what} → 400 that names If-Match`, () =>
      assert.throws(
        () => allowedVersions(header),
        (error) =>
          error instanceof BadRequest &&
          error.kind === 'invalid' &&
          error.message.startsWith('If-Match: must be * or a list'),
      ));

  test('16 KiB of anything → read at once', () => {
    for (const text of [',', ' ', '" ', '"",', ' ,', '\t'].map((part) => part.repeat(8192)))
      assert.doesNotThrow(() => {
        try {
          allowedVersions(`${text}x`);
        } catch (error) {
          if (!(error instanceof BadRequest)) throw error;
        }
      });
  });
});
