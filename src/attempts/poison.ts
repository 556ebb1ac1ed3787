import { randomUUID } from 'node:crypto';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { replaceMark } from '../deliveries/mark.ts';
import {
  attemptedWith,
  requestOf,
  type Assignment,
  type Attempted,
  type Unsent,
} from './deliver.ts';

/**
 * A delivery on which workers die is poison. It is sent in a process of its own, under a mark that
 * is committed before the send: whoever meets the mark later knows that a send was begun.
 */

/** Why a send failed whose worker is gone. */
const VANISHED = 'the worker that was sending this vanished before it could record the outcome';

/**
 * Makes a failed attempt of an isolated send whose worker vanished. Its mark is replaced first,
 * because that worker may live after all: until then it can take its mark back, and afterwards it
 * cannot. `aborted`: it was quicker.
 */
export async function vanishedAttempt(
  { pool, eventSource }: { pool: Pool; eventSource: string },
  assignment: Assignment,
): Promise<Attempted | Unsent> {
  const { id, isolated_by: mark } = assignment.delivery;
  const replaced =
    mark !== null &&
    (await inTransaction(pool, (tx) => replaceMark(tx, id, { mark, next: randomUUID() })));
  if (!replaced) return { kind: 'aborted' };
  const exchange = {
    kind: 'failure',
    reason: 'crashed',
    message: VANISHED,
    durationMs: 0,
  } as const;
  // Nobody knows when that worker began: a signed time is that of this moment.
  const request = requestOf(assignment, eventSource);
  return attemptedWith(assignment, request, { exchange, random: Math.random });
}
