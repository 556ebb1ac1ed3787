import type { Queryable } from '../database/pool.ts';

/** Where an active webhook is sent to. */
export type ActiveUrl = { id: string; name: string; url: string };

/** Active webhooks in the order of their ids, up to `most`. Their URLs may hold passwords. */
export async function activeUrls(db: Queryable, most: number): Promise<ActiveUrl[]> {
  const { rows } = await db.query<ActiveUrl>(
    'select id, name, url from webhooks where active and deleted_at is null order by id limit $1',
    [most],
  );
  return rows;
}

/** Whether a webhook is active; undefined: there is none. */
export async function isActive(db: Queryable, id: string): Promise<boolean | undefined> {
  const { rows } = await db.query<{ active: boolean }>(
    'select active from webhooks where id = $1 and deleted_at is null',
    [id],
  );
  return rows[0]?.active;
}
