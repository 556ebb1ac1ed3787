import { withNames } from '../../database/named-parameters.ts';
import { PageTooLarge } from '../../database/long-text.ts';
import { listingOf, onPage, pageValues, type Listing, type Page } from '../../database/page.ts';
import type { Queryable } from '../../database/pool.ts';
import type { Tx } from '../../database/transaction.ts';
import { EventTypeNotFound, type EventType, type EventTypeSettings } from './event-type.ts';

const COLUMNS = `name, description, schema, example, compatibility, version, archived_at,
  created_at, updated_at`;

/** No two states of a type have the same time, whatever the clock does. */
const NEXT_STATE = "updated_at = greatest(now(), updated_at + interval '1 microsecond')";

/** Undefined: there is one with this name. */
export async function insertEventType(
  tx: Tx,
  name: string,
  { description, schema, example, compatibility }: EventTypeSettings,
): Promise<EventType | undefined> {
  const { rows } = await tx.query<EventType>(
    `insert into event_types (name, description, schema, example, compatibility)
     values ($1, $2, $3, $4, $5)
     on conflict (name) do nothing
     returning ${COLUMNS}`,
    [name, description, schema, example, compatibility],
  );
  return rows[0];
}

/** @throws EventTypeNotFound */
export async function findEventType(db: Queryable, name: string): Promise<EventType> {
  const { rows } = await db.query<EventType>(`select ${COLUMNS} from event_types where name = $1`, [
    name,
  ]);
  if (rows[0] === undefined) throw new EventTypeNotFound(name);
  return rows[0];
}

/** Those of these names that there are. */
export async function findEventTypes(db: Queryable, names: string[]): Promise<EventType[]> {
  const { rows } = await db.query<EventType>(
    `select ${COLUMNS} from event_types where name = any ($1::text[])`,
    [names],
  );
  return rows;
}

/** A state of a type that was read before. */
export type Seen = Pick<EventType, 'name' | 'updated_at'>;

/** Undefined: the type is not as it was seen any more, and nothing was changed. */
export async function updateEventType(
  tx: Tx,
  { name, updated_at: seen }: Seen,
  { isNewSchema, ...settings }: EventTypeSettings & { isNewSchema: boolean },
): Promise<EventType | undefined> {
  const { description, schema, example, compatibility } = settings;
  const { rows } = await tx.query<EventType>(
    `update event_types
     set description = $3, schema = $4, example = $5, compatibility = $6,
       version = version + $7::integer, ${NEXT_STATE}
     where name = $1 and updated_at = $2::timestamptz
     returning ${COLUMNS}`,
    [name, seen, description, schema, example, compatibility, isNewSchema ? 1 : 0],
  );
  return rows[0];
}

/** One that is archived already keeps its time. @throws EventTypeNotFound */
export async function setArchived(tx: Tx, name: string, isArchived: boolean): Promise<EventType> {
  const { rows } = await tx.query<EventType>(
    `update event_types
     set archived_at = case when $2::boolean then now() end, ${NEXT_STATE}
     where name = $1 and (archived_at is not null) <> $2::boolean
     returning ${COLUMNS}`,
    [name, isArchived],
  );
  return rows[0] ?? (await findEventType(tx, name));
}

/** Most bytes of schemas and examples that are read at once: this is parsed in one go. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** By name. `archived`: those that are, or those that are not. @throws PageTooLarge */
export async function listEventTypes(
  db: Queryable,
  { archived }: { archived?: boolean | undefined },
  page: Page,
): Promise<Listing<EventType>> {
  const { rows } = await db.query<{ name: string; bytes: number }>(
    ...withNames(
      `select name, octet_length(coalesce(schema::text, '') || coalesce(example::text, '')) as bytes
       from event_types
       where ($archived::boolean is null or (archived_at is not null) = $archived)
         ${onPage(page, 'type')}
       order by name
       limit $limit::bigint + 1 offset $offset`,
      { archived, ...pageValues(page) },
    ),
  );
  const { items, last } = listingOf(rows, page, ({ name: at }) => ({ at, id: NO_ID }));
  const bytes = items.reduce((sum, one) => sum + one.bytes, 0);
  if (bytes > MAX_PAGE_BYTES && items.length > 1) throw new PageTooLarge(bytes, MAX_PAGE_BYTES);
  const found = await findEventTypes(
    db,
    items.map(({ name }) => name),
  );
  const byName = new Map(found.map((type) => [type.name, type]));
  return { items: items.flatMap(({ name }) => byName.get(name) ?? []), last };
}

/** All that are not archived, by name. @throws PageTooLarge */
export async function allInUse(db: Queryable): Promise<EventType[]> {
  const page = { limit: MAX_IN_DOCUMENT, offset: 0, createdAt: {} };
  const { items } = await listEventTypes(db, { archived: false }, page);
  return items;
}

/** More than that have more bytes than are read at once, unless none has a schema. */
const MAX_IN_DOCUMENT = 100_000;

/** A place in a list has an id. The name of a type is enough of one. */
const NO_ID = '00000000-0000-0000-0000-000000000000';
