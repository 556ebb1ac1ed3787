import type { Event } from './event.ts';
import type { Path } from './search.ts';
import { startState } from './state.ts';

/** The next event of the first claim of a worker. */
const of = (
  worker: number,
  kind: 'read' | 'withdraw' | 'begin' | 'settle',
  delivery = 0,
): Event => ({
  kind,
  worker,
  lease: 0,
  delivery,
  how: 'works',
});

const claim = (worker: number, delivery = 0): Event => ({
  kind: 'claim',
  worker,
  delivery,
  from: 'oldest',
});

/** Worker A sends delivery 1 in a process of its own. */
const ISOLATED: Event[] = [
  { kind: 'loseThree', delivery: 0 },
  claim(0),
  of(0, 'read'),
  of(0, 'begin'),
];

/** Worker A still does, has lost its claim, and worker B has met the mark a minute ago. */
const DOUBTED: Event[] = [
  ...ISOLATED,
  { kind: 'expire', delivery: 0 },
  claim(1),
  of(1, 'read'),
  of(1, 'withdraw'),
  { kind: 'wait' },
];

/**
 * The same, and worker B has recorded that send as vanished, and made a mark of its own for the
 * next one.
 */
const MARKED_AGAIN: Event[] = [
  ...DOUBTED,
  ...[claim(1), of(1, 'read'), of(1, 'begin'), of(1, 'settle')],
  ...[{ kind: 'wait' } as const, claim(1), of(1, 'read'), of(1, 'begin')],
];

/** Two workers have read the delivery, and are about to mark it; worker A has lost its claim. */
const RIVALS: Event[] = [
  ...[{ kind: 'loseThree', delivery: 0 } as const, claim(0), of(0, 'read')],
  ...[{ kind: 'expire', delivery: 0 } as const, claim(1), of(1, 'read')],
];

/** Worker A made a first attempt, in which its process died. */
const CRASHED: Event[] = [
  ...ISOLATED,
  { kind: 'end', end: 'crash', worker: 0, lease: 0, delivery: 0 },
  of(0, 'settle'),
  { kind: 'wait' },
];

/** Two workers send one delivery each. */
const BOTH: Event[] = [...ISOLATED, claim(1, 1), of(1, 'read', 1), of(1, 'begin', 1)];

const path = (events: Event[], limit: number, { deliveries = 1, workers = 2 } = {}): Path => ({
  start: startState({ limit, deliveries, workers }),
  events,
});

/**
 * Where the search begins: with nothing, and where it is many events from there to what is rare.
 */
export const STARTS = {
  accepted: [1, 2, 3].map((limit) => path([], limit)),
  isolated: [1, 2].map((limit) => path(ISOLATED, limit)),
  doubted: [1, 2].map((limit) => path(DOUBTED, limit)),
  'marked again': [path(MARKED_AGAIN, 2), path(MARKED_AGAIN, 3)],
  rivals: [1, 2].map((limit) => path(RIVALS, limit)),
  crashed: [path(CRASHED, 2)],
  three: [path(DOUBTED, 2, { workers: 3 })],
  two: [path([], 2, { deliveries: 2 }), path(BOTH, 2, { deliveries: 2 })],
};
