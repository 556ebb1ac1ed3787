import { randomUUID } from 'node:crypto';
import type { Pool } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { buildRequest } from '../sending/request.ts';
import { attemptedWith, type Assignment, type Attempted, type Unsent } from './deliver.ts';

/**
 * A delivery on which workers die is poison. It is sent in a process of its own, under a mark that
 * is committed before the send: whoever meets the mark later knows that a send was begun.
 */

/** Why a send failed whose worker is gone. */
const VANISHED = 'the worker that was sending this vanished before it could record the outcome';

/**
 * Notes that an isolated send of a delivery is about to begin. @returns false where it is not there
 * to be sent any more.
 */
export async function markIsolated(tx: Tx, id: string, mark: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update deliveries set isolated_by = $2
     where id = $1 and status = 'pending' and isolated_by is null`,
    [id, mark],
  );
  return rowCount === 1;
}

/** Takes marks back whose sends are known to have ended without an attempt. Other marks stay. */
export async function unmarkIsolated(
  tx: Tx,
  marked: { id: string; mark: string }[],
): Promise<void> {
  await tx.query(
    `update deliveries set isolated_by = null
     from unnest($1::uuid[], $2::uuid[]) as marked (id, mark)
     where deliveries.id = marked.id and deliveries.isolated_by = marked.mark`,
    [marked.map(({ id }) => id), marked.map(({ mark }) => mark)],
  );
}

/** Replaces a mark by another one. @returns false where the mark is not there any more. */
async function replaceMark(
  tx: Tx,
  id: string,
  { mark, next }: { mark: string; next: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update deliveries set isolated_by = $3 where id = $1 and isolated_by = $2',
    [id, mark, next],
  );
  return rowCount === 1;
}

/**
 * Makes a failed attempt of an isolated send whose worker vanished. Its mark is replaced first,
 * because that worker may live after all: until then it can take its mark back, and afterwards it
 * cannot. `aborted`: it was quicker.
 */
export async function vanishedAttempt(
  pool: Pool,
  assignment: Assignment,
): Promise<Attempted | Unsent> {
  const { delivery, webhook } = assignment;
  const { id, isolated_by: mark } = delivery;
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
  const request = buildRequest(webhook, delivery.payload);
  return attemptedWith(assignment, request, exchange);
}
