import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Buffer } from '../../src/worker/buffer.ts';

type Entry = { webhookId: string; number: number };

function filled(capacity: number, webhookIds: string, most = 10) {
  const buffer = new Buffer<Entry>(capacity);
  const added = webhookIds
    .split('')
    .map((webhookId, number) => buffer.add({ webhookId, number }, most));
  return { buffer, added };
}

test('it is full → nothing more is added', () => {
  const { buffer, added } = filled(2, 'aba');
  assert.deepEqual([added, buffer.size], [[true, true, false], 2]);
});

test('a webhook has as many as it may have → no more of it are added, others are', () => {
  const { buffer, added } = filled(10, 'aaab', 2);
  assert.deepEqual(
    [added, buffer.count('a'), buffer.count('b')],
    [[true, true, false, true], 2, 1],
  );
});

test('all may start → they go round the webhooks, each in its order', () => {
  const { buffer } = filled(10, 'aaabbc');
  const started: Entry[] = [];
  buffer.takeEach((entry) => started.push(entry) > 0);
  assert.deepEqual(
    started.map(({ webhookId, number }) => `${webhookId}${number}`),
    ['a0', 'b3', 'c5', 'a1', 'b4', 'a2'],
  );
  assert.deepEqual([buffer.size, [...buffer.webhookIds()]], [0, []]);
});

test('one webhook has no room → the others go on without it', () => {
  const { buffer } = filled(10, 'aabb');
  const started: string[] = [];
  buffer.takeEach(({ webhookId }) => webhookId === 'b' && started.push(webhookId) > 0);
  assert.deepEqual([started, buffer.count('a'), buffer.size], [['b', 'b'], 2, 2]);
});

test('one webhook is removed → the others stay; all are removed → it is empty', () => {
  const { buffer } = filled(10, 'aab');
  assert.deepEqual(
    buffer.remove('a').map(({ number }) => number),
    [0, 1],
  );
  assert.deepEqual([buffer.size, buffer.remove().length, buffer.size], [1, 1, 0]);
});
