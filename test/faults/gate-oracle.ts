import {
  acceptedProblems,
  budgetProblems,
  endProblems,
  headProblems,
  orderProblems,
  outboxProblems,
  permitProblems,
  placeProblems,
  reasonProblems,
  type GateRow,
  type Stored,
} from './gate-rules.ts';
import { allRows, permitRows } from './gate-rows.ts';
import type { Row } from './row.ts';
import type { Scene } from './scene.ts';
import type { Post } from './traffic.ts';

/** What a fault breaks of the rules of the gate. The test has to say why. */
export type GateAllowed = {
  /** Two sends of this delivery may have been under way at once. */
  mayOverlap?: (row: Row) => boolean;
  /** Deliveries of this webhook may arrive out of their order. */
  mayDisorder?: (row: Row) => boolean;
  /** A process that knew no reasons may have made this delivery fail. */
  mayLackReason?: (row: Row) => boolean;
  /** Webhooks have had other budgets meanwhile. */
  attempts?: (row: Row) => number | undefined;
  /** Jobs were ended or made by hand, or by a process of an earlier version. */
  mayBeMisplaced?: boolean;
};

type Judged = GateAllowed & { rows: Row[]; posts: Post[] };

/** Compares the end with the rules for order, limits and what is held. */
export async function gateProblems(
  { database: { pool }, gate }: Scene,
  { rows, posts, ...allowed }: Judged,
): Promise<string[]> {
  const all = await allRows(pool);
  const seen = new Map(rows.map((row) => [row.id, row]));
  const both = all.flatMap((of) => {
    const row = seen.get(of.id);
    return row === undefined ? [] : [{ of, row }];
  });
  const watched = await gate.problems();
  return [
    ...both.flatMap(({ of, row }) =>
      [...ofOne(of, row, allowed)].map((problem) => `${row.id}: ${problem}`),
    ),
    ...headProblems(all),
    ...orderProblems(both.flatMap(({ of, row }) => turnOf(of, row, allowed))),
    ...acceptedProblems(storedOf(both, posts)),
    ...permitProblems(await permitRows(pool)),
    ...(allowed.mayBeMisplaced === true ? [] : watched),
  ];
}

function* ofOne(of: GateRow, row: Row, allowed: GateAllowed): Generator<string> {
  yield* placeProblems(of);
  yield* endProblems(of);
  yield* outboxProblems(of);
  if (!allowed.mayLackReason?.(row)) yield* reasonProblems(of);
  yield* budgetProblems({ ...of, max: allowed.attempts?.(row) ?? of.max });
}

function turnOf(of: GateRow, row: Row, { mayOverlap, mayDisorder }: GateAllowed) {
  // Before its redelivery it was another one's turn.
  const since = row.redelivered_at === null ? 0 : Date.parse(row.redelivered_at);
  const arrivals = row.arrivals.filter(({ at }) => performance.timeOrigin + at >= since);
  return mayDisorder?.(row) ? [] : [{ ...of, arrivals, mayOverlap: mayOverlap?.(row) ?? false }];
}

function storedOf(both: { of: GateRow; row: Row }[], posts: Post[]): Stored[] {
  const byPayload = new Map(posts.map((post) => [post.payload, post]));
  return both.flatMap(({ of, row }) => {
    const post = byPayload.get(row.payload);
    // One that was redelivered may have got its place long after its 201.
    return post === undefined || row.redeliveries > 0
      ? []
      : [{ ...of, at: post.at, acceptedAt: post.acceptedAt }];
  });
}
