import { randomUUID } from 'node:crypto';
import { withNames } from '../database/named-parameters.ts';
import { listingOf, onPage, pageValues, type Listing, type Page } from '../database/page.ts';
import type { Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import type { Tx } from '../database/transaction.ts';
import {
  OperationNotFound,
  OPERATION_KINDS,
  type Operation,
  type OperationKind,
  type OperationState,
} from './operation.ts';

/** What the API shows of an operation. */
export const SHOWN = `id, kind, state, filter, rate_per_second, matched, done, skipped, created_at,
  started_at, finished_at, error`;

export type NewOperation = {
  kind: OperationKind;
  filter: Record<string, unknown>;
  /** The webhooks that it may touch; null: any. */
  webhookIds: string[] | null;
  ratePerSecond: number | null;
};

/** A worker takes it up within about a second after the commit. */
export async function insertOperation(
  tx: Tx,
  { kind, filter, webhookIds, ratePerSecond }: NewOperation,
): Promise<Operation> {
  const { rows } = await tx.query<Operation>(
    `insert into operations (id, kind, filter, webhook_ids, rate_per_second)
     values ($1, $2, $3, $4, $5) returning ${SHOWN}`,
    [randomUUID(), kind, JSON.stringify(filter), webhookIds, ratePerSecond],
  );
  return rows[0] as Operation;
}

/** Whoever adds a kind that has one at a time a webhook asks under this lock. */
const CONFLICT_LOCK = 7_036_873_086;

/**
 * One of a kind that is under way and may touch one of these webhooks. Nobody adds another one
 * until this transaction ends.
 */
export async function findConflict(
  tx: Tx,
  kind: OperationKind,
  webhookIds: string[] | null,
): Promise<string | undefined> {
  await tx.query('select pg_advisory_xact_lock($1)', [CONFLICT_LOCK]);
  const { rows } = await tx.query<{ id: string }>(
    `select id from operations
     where finished_at is null and kind = $1
       and (webhook_ids is null or $2::uuid[] is null or webhook_ids && $2::uuid[])
     order by created_at, id limit 1`,
    [kind, webhookIds],
  );
  return rows[0]?.id;
}

/** @throws OperationNotFound */
export async function findOperation(db: Queryable, id: string): Promise<Operation> {
  const { rows } = await db.query<Operation>(`select ${SHOWN} from operations where id = $1`, [id]);
  if (rows[0] === undefined) throw new OperationNotFound();
  return rows[0];
}

export async function hasOperation(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('select from operations where id = $1', [id]);
  return rowCount === 1;
}

export type OperationFilter = {
  kind?: OperationKind | undefined;
  state?: OperationState | undefined;
};

/** The newest first. */
export async function listOperations(
  db: Queryable,
  { kind, state }: OperationFilter,
  page: Page,
): Promise<Listing<Operation>> {
  const { rows } = await db.query<Operation>(
    ...withNames(
      `select ${SHOWN} from operations
       where ($kind::text is null or kind = $kind) and ($state::text is null or state = $state)
         ${onPage(page)}
       order by created_at desc, id desc
       limit $limit::bigint + 1 offset $offset`,
      { kind, state, ...pageValues(page) },
    ),
  );
  return listingOf(rows, page, ({ created_at: at, id }) => ({ at, id }));
}

/** As an expression of SQL: one has not ended. */
export const IS_OPERATION_UNDER_WAY = 'exists (select from operations where finished_at is null)';

/**
 * The first `limit` of each kind that have not ended, of the kinds that this version knows: many of
 * one keep none of the others waiting. `isCounted`: its steps can begin.
 */
export async function findUnderWay(
  db: Queryable,
  limit: number,
): Promise<{ id: string; isCounted: boolean }[]> {
  const { rows } = await db.query<{ id: string; isCounted: boolean }>(
    `select id, matched is not null as "isCounted"
     from unnest($2::text[]) as known (kind)
     cross join lateral (
       select id, matched, created_at from operations
       where finished_at is null and kind = known.kind
       order by created_at, id limit $1
     ) as one
     order by created_at, id`,
    [limit, OPERATION_KINDS],
  );
  return rows;
}

/** Up to `limit` that have failed in the last `days`, the first one first. */
export async function failedOperations(
  db: Queryable,
  { days, limit }: { days: number; limit: number },
): Promise<(Operation & { finished_at: string })[]> {
  const { rows } = await db.query<Operation & { finished_at: string }>(
    hot(
      `select ${SHOWN} from operations
       where state = 'failed' and finished_at > now() - make_interval(days => $1)
       order by finished_at, id limit $2`,
      [days, limit],
    ),
  );
  return rows;
}

/** How many have not ended, by state. */
export async function countUnderWay(db: Queryable): Promise<Map<OperationState, number>> {
  const { rows } = await db.query<{ state: OperationState; count: number }>(
    `select state, count(*)::integer as count from operations
     where finished_at is null group by state`,
  );
  return new Map(rows.map(({ state, count }) => [state, count]));
}

/** For how long operations are kept that have ended. */
const KEPT_DAYS = 30;

/** Removes up to `limit` that ended long ago. @returns how many. */
export async function removeLongEnded(tx: Tx, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from operations where id in (
       select id from operations
       where created_at < now() - make_interval(days => ${KEPT_DAYS})
         and finished_at < now() - make_interval(days => ${KEPT_DAYS})
       order by created_at, id limit $1
     )`,
    [limit],
  );
  return rowCount ?? 0;
}
