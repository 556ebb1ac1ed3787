import type { Queryable } from '../../database/pool.ts';
import type { Tx } from '../../database/transaction.ts';
import { lockOf, type IdempotentRequest } from './request.ts';
import { judge, nameOf, type KeptRequest, type Standing } from './standing.ts';

/**
 * Takes the keys of the requests that have some, and tells where each request stands. It waits for
 * nobody: a key that another transaction has is `held`, as that one may be an application's and
 * stay open for an hour. Before any other lock of the transaction; a key is ours until it ends.
 */
export async function standingsOf(
  tx: Tx,
  requests: readonly (IdempotentRequest | undefined)[],
): Promise<Standing[]> {
  const withKey = requests.filter((request) => request !== undefined);
  if (withKey.length === 0) return requests.map(() => ({ kind: 'new' }));
  const locked = await tryLock(tx, withKey);
  // A statement of its own: what the transaction before us has committed is seen by statements
  // that begin after we have its lock.
  const kept = await findKept(tx, withKey);
  return judge(requests, { locked, kept });
}

/** @returns the names of the keys that this transaction has. */
async function tryLock(tx: Tx, requests: IdempotentRequest[]): Promise<Set<string>> {
  const locks = new Map(requests.map((request) => [nameOf(request), lockOf(request)]));
  const { rows } = await tx.query<{ lock: string }>(
    `select lock::text as lock from unnest($1::bigint[]) as wanted (lock)
     where pg_try_advisory_xact_lock(lock)`,
    [[...new Set(locks.values())]],
  );
  const ours = new Set(rows.map(({ lock }) => lock));
  return new Set([...locks].flatMap(([name, lock]) => (ours.has(lock) ? [name] : [])));
}

async function findKept(
  db: Queryable,
  requests: IdempotentRequest[],
): Promise<Map<string, KeptRequest>> {
  const { rows } = await db.query<KeptRequest>(
    `select key, fingerprint, delivery_ids as "deliveryIds", event_ids as "eventIds"
     from idempotency_keys
     where key = any ($1::bytea[]) and expires_at > now()`,
    [requests.map(({ key }) => key)],
  );
  return new Map(rows.map((row) => [nameOf(row), row]));
}

/** What a request has created that was done before; undefined: it was not, or is another one. */
export async function findDone(
  db: Queryable,
  request: IdempotentRequest,
): Promise<KeptRequest | undefined> {
  const kept = (await findKept(db, [request])).get(nameOf(request));
  return kept?.fingerprint.equals(request.fingerprint) === true ? kept : undefined;
}

/**
 * Keeps requests that were done in this transaction, which has their keys, for so many seconds. A
 * row of an earlier use that has expired is overwritten.
 */
export function keepRequests(tx: Tx, requests: KeptRequest[], windowSeconds: number): void {
  if (requests.length === 0) return;
  tx.later(
    `insert into idempotency_keys (key, fingerprint, delivery_ids, event_ids, expires_at)
     select key, fingerprint, delivery_ids::uuid[], event_ids::uuid[],
       now() + make_interval(secs => $5::float8)
     from unnest($1::bytea[], $2::bytea[], $3::text[], $4::text[])
       as done (key, fingerprint, delivery_ids, event_ids)
     on conflict (key) do update set fingerprint = excluded.fingerprint,
       delivery_ids = excluded.delivery_ids, event_ids = excluded.event_ids,
       expires_at = excluded.expires_at`,
    [
      requests.map(({ key }) => key),
      requests.map(({ fingerprint }) => fingerprint),
      requests.map(({ deliveryIds }) => `{${deliveryIds.join(',')}}`),
      requests.map(({ eventIds }) => (eventIds ? `{${eventIds.join(',')}}` : null)),
      windowSeconds,
    ],
  );
}

/** `count` requests were removed, the last of which had ended at `last`. */
export type Removed = { count: number; last: string | null };

/**
 * Removes up to `limit` requests whose time is over, the oldest first of those that ended at
 * `after` or later. One that somebody is overwriting is passed over. By `ctid`, a row takes
 * PostgreSQL 5 µs, and by its key, 24.
 */
export async function removeExpired(
  tx: Tx,
  { after, limit }: { after: string; limit: number },
): Promise<Removed> {
  const { rows } = await tx.query<Removed>(
    `with expired as materialized (
       select ctid, expires_at from idempotency_keys
       where expires_at >= $1 and expires_at <= now()
       order by expires_at limit $2 for update skip locked
     ), removed as (
       delete from idempotency_keys where ctid = any (array(select ctid from expired))
     )
     select count(*)::integer as count, max(expires_at) as last from expired`,
    [after, limit],
  );
  return rows[0] ?? { count: 0, last: null };
}
