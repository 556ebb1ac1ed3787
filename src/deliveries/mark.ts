import type { Tx } from '../database/transaction.ts';

/**
 * After so many claims that ran out a delivery may be poison, and is sent in isolation. Where it is
 * none, that costs a process, but no attempt.
 */
export const POISON_AFTER_CRASHES = 3;

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
export async function replaceMark(
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
