import type { Queryable } from '../../database/pool.ts';

/** What a webhook subscribes to, as it is stored. */
export type SubscriptionRow = {
  id: string;
  version: number;
  /** It subscribes to nothing, or is being removed. */
  gone: boolean;
  patterns: unknown[];
  /** The text of the filter, or the beginning of one that is far too long. */
  filter: string | null;
};

/** Rows of one statement: with filters and patterns at their longest they are 4 MB. */
const CHANGED = 250;
const VERSIONS = 5000;

/**
 * The subscriptions that have changed since a version, in the order in which they did; the first of
 * them, where they are many. Those that have changed together have different versions.
 */
export async function changedSubscriptions(
  db: Queryable,
  after: number,
): Promise<{ rows: SubscriptionRow[]; more: boolean }> {
  const { rows } = await db.query<SubscriptionRow>(
    `select id, subscription_version::float8 as version,
       event_types is null or deleted_at is not null as gone, event_types as patterns,
       left(filter::text, 1000000) as filter
     from webhooks where subscription_version > $1::bigint
     order by subscription_version
     limit ${CHANGED}`,
    [after],
  );
  return { rows, more: rows.length === CHANGED };
}

/** The version of every subscription that there is, by the id of its webhook. */
export async function allVersions(db: Queryable): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  for (let after: string | null = null; ;) {
    const { rows }: { rows: { id: string; version: number }[] } = await db.query(
      `select id, subscription_version::float8 as version
       from webhooks
       where subscription_version is not null and event_types is not null and deleted_at is null
         and ($1::uuid is null or id > $1)
       order by id
       limit ${VERSIONS}`,
      [after],
    );
    for (const { id, version } of rows) versions.set(id, version);
    after = rows.at(-1)?.id ?? null;
    if (rows.length < VERSIONS) return versions;
  }
}
