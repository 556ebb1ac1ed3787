import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latestOfEachJob } from '../../src/deliveries/latest-claim.ts';

const send = (jobId: string, owner: number) => ({ claim: { jobId, owner, deliveryId: jobId, webhookId: 'w', deaths: 0 } });

test('a job claimed twice → the later claim, in whatever order they come; the others as they are', () => {
  const [old, later, other] = [send('a', 0), send('a', 1), send('b', 0)];
  assert.deepEqual(latestOfEachJob([old, other, later]), [later, other]);
  assert.deepEqual(latestOfEachJob([later, old]), [later]);
  assert.deepEqual(latestOfEachJob([]), []);
});
