import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomsOf } from '../../../src/deliveries/outbox/rooms.ts';

const FREE = { overWindow: false, max_concurrency: null, rate_limit: null };

type Case = { jobs: number; coming: number; state?: typeof FREE | { max_concurrency: number } };

const CASES: [when: string, facts: Case, room: number | undefined][] = [
  ['all have room', { jobs: 900, coming: 100 }, undefined],
  ['some have room', { jobs: 900, coming: 101 }, 100],
  ['none has room', { jobs: 1200, coming: 60 }, 0],
  ['it has a small window', { jobs: 0, coming: 60, state: { max_concurrency: 1 } }, 50],
  [
    'it is flagged already',
    { jobs: 0, coming: 2000, state: { ...FREE, overWindow: true } },
    undefined,
  ],
];

for (const [when, { jobs, coming, state }, room] of CASES)
  test(`${when} → ${room === undefined ? 'nothing is flagged' : `flagged, with room for ${room}`}`, () => {
    const rooms = roomsOf({
      counts: new Map([['w', coming]]),
      live: new Map([['w', jobs]]),
      states: new Map([['w', { ...FREE, ...state }]]),
      liveJobs: 1000,
    });
    assert.deepEqual(rooms, room === undefined ? [] : [{ webhookId: 'w', room }]);
  });

test('a webhook that is gone → nothing is flagged', () => {
  const counts = new Map([['w', 2000]]);
  const live = new Map([['w', 0]]);
  assert.deepEqual(roomsOf({ counts, live, states: new Map(), liveJobs: 10 }), []);
});
