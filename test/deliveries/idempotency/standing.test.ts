import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, nameOf, type KeptRequest } from '../../../src/deliveries/idempotency/standing.ts';

/** `a1` is a request with the key a and the fingerprint 1; `-` is one without a key. */
const CASES: [requests: string, locked: string, kept: string, standings: string][] = [
  ['-', '', '', 'new'],
  ['a1', 'a', '', 'new'],
  ['a1', '', '', 'held'],
  ['a1', 'a', 'a1', 'done'],
  ['a2', 'a', 'a1', 'reused'],
  ['a1 a2', '', 'a1', 'done reused'],
  ['a1 a1', 'a', '', 'new behind:0:true'],
  ['a1 a2', 'a', '', 'new behind:0:false'],
  ['- b1 a1 b1 a2 b1', 'a b', '', 'new new new behind:1:true behind:2:false behind:1:true'],
  ['a1 a1 a2', 'a', 'a1', 'done done reused'],
  ['a1 b1 - c1', 'b c', 'c1', 'held new new done'],
  ['a1 a1', '', '', 'held held'],
];

for (const [requests, locked, kept, standings] of CASES)
  test(`requests ${requests}, locked ${locked || 'none'}, kept ${kept || 'none'} → ${standings}`, () => {
    const found = judge(
      requests.split(' ').map((one) => (one === '-' ? undefined : requestOf(one))),
      {
        locked: new Set(wordsOf(locked).map((key) => nameOf({ key: Buffer.from(key) }))),
        kept: new Map(wordsOf(kept).map((one) => [nameOf(requestOf(one)), requestOf(one)])),
      },
    );
    assert.equal(
      found
        .map((one) =>
          one.kind === 'behind' ? `behind:${one.first}:${String(one.isSame)}` : one.kind,
        )
        .join(' '),
      standings,
    );
  });

function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

function requestOf([key = '', fingerprint = '']: string): KeptRequest {
  return { key: Buffer.from(key), fingerprint: Buffer.from(fingerprint), deliveryIds: [] };
}
