import type { Queryable } from '../../database/pool.ts';
import type { Tx } from '../../database/transaction.ts';
import type { Metadata } from '../../webhooks/metadata.ts';
import type { NewEvent } from '../event-store.ts';

/** An event that an application has committed, and whose webhooks are yet to be chosen. */
export type Emitted = {
  id: string;
  type: string;
  payload: string;
  metadata: Metadata;
  key: string | null;
  /** In the outbox. Each has its own. */
  place: number;
};

/** Bytes of payloads that are read at once, where there are several. */
const MOST_BYTES = 4 * 1024 * 1024;

/** `aside`: events, and types, of which none is to be found. */
export type EmittedSearch = {
  after: number;
  limit: number;
  aside: { ids: string[]; types: string[] };
};

/**
 * The first `limit` behind the place `after`, without those that are put aside; fewer where their
 * payloads are large.
 */
export async function findEmitted(
  db: Queryable,
  { after, limit, aside }: EmittedSearch,
): Promise<Emitted[]> {
  const { rows } = await db.query<Emitted>(
    `select id, type, payload, coalesce(metadata, '{}') as metadata, ordering_key as key,
       outbox_place::float8 as place
     from (
       select *, sum(octet_length(payload)) over (order by outbox_place) as bytes
       from (
         select id, type, payload, metadata, ordering_key, outbox_place
         from events
         where outbox_place > $1::bigint and recipients is null and id <> all ($3::uuid[])
           and type <> all ($4::text[])
         order by outbox_place limit $2
       ) as first
     ) as summed
     where bytes - octet_length(payload) < ${MOST_BYTES}
     order by outbox_place`,
    [after, limit, aside.ids, aside.types],
  );
  return rows;
}

/** Those that nobody else has by now, or has had. They are ours until the transaction ends. */
export async function lockEmitted(tx: Tx, ids: string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from events
     where id = any ($1::uuid[]) and outbox_place is not null and recipients is null
     order by id for update skip locked`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * An event whose webhooks were chosen. `made`: it has so many deliveries already; where there are
 * more to come, an operation makes them.
 */
export type ChosenEvent = Pick<NewEvent, 'id' | 'recipients' | 'operationId'> & { made: number };

/** What is behind an event of its key waits until the event has all of its deliveries. */
export function noteChosen(tx: Tx, events: ChosenEvent[]): void {
  if (events.length === 0) return;
  tx.later(
    `update events
     set outbox_place = case when one.recipients is not null and ordering_key is not null
         then outbox_place end,
       recipients = one.recipients::uuid[], fanned_out = one.made, deliveries = one.deliveries,
       operation_id = one.operation_id
     from unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::uuid[])
       as one (id, recipients, made, deliveries, operation_id)
     where events.id = one.id`,
    [
      events.map(({ id }) => id),
      events.map(({ operationId, recipients }) =>
        operationId === null ? null : `{${recipients.join(',')}}`,
      ),
      events.map(({ made }) => made),
      events.map(({ operationId, recipients, made }) =>
        operationId === null ? made : recipients.length,
      ),
      events.map(({ operationId }) => operationId),
    ],
  );
}

/** `fault`: why it goes to nobody. */
export type FaultyEvent = Pick<Emitted, 'id' | 'type'> & { fault: string };

export function noteFaults(tx: Tx, events: FaultyEvent[]): void {
  if (events.length === 0) return;
  tx.later(
    `update events set outbox_place = null, deliveries = 0, fault = one.fault
     from unnest($1::uuid[], $2::text[]) as one (id, fault)
     where events.id = one.id`,
    [events.map(({ id }) => id), events.map(({ fault }) => fault)],
  );
}
