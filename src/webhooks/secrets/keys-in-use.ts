import type { Queryable } from '../../database/pool.ts';

/** The ids of all keys with which secrets in the database are encrypted. */
export async function keysInUse(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select split_part(sealed, '.', 2) as id from webhooks where sealed is not null
     union
     select split_part(sealed, '.', 2) from webhook_secrets where sealed is not null
     order by id`,
  );
  return rows.map(({ id }) => id);
}
