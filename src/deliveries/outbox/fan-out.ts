import type { Tx } from '../../database/transaction.ts';

/**
 * The webhooks that are to get a delivery of an event. `place`: that of all these deliveries in the
 * outbox; null: each has one of its own.
 */
export type FanOut = { eventId: string; place: number | null; webhookIds: string[] };

/**
 * Stores the deliveries of events that are stored, in the outbox: who takes them in decides whether
 * they may run. A webhook that is being removed gets none. Nobody removes a webhook that it reads
 * until the transaction ends, as each row refers to its webhook.
 * @returns how many were made of each event, by its id.
 */
export async function fanOut(tx: Tx, fanOuts: FanOut[]): Promise<Map<string, number>> {
  const wanted = fanOuts.filter(({ webhookIds }) => webhookIds.length > 0);
  const made = new Map(wanted.map(({ eventId, webhookIds }) => [eventId, webhookIds.length]));
  if (wanted.length === 0) return made;
  const pairs = wanted.flatMap(({ webhookIds }, nth) => webhookIds.map((id) => ({ id, nth })));
  const { rowCount } = await tx.query(INSERT, [
    wanted.map(({ eventId }) => eventId),
    wanted.map(({ place }) => place),
    pairs.map(({ nth }) => nth + 1),
    pairs.map(({ id }) => id),
  ]);
  return rowCount === pairs.length ? made : countMade(tx, wanted);
}

/** What the deliveries of an event share is read from its row: it is sent once. */
const INSERT = `
  insert into deliveries (id, webhook_id, payload, event_id, scheduled_at, delivery_attempts,
    status, held_reason, parked_at, outbox_place, ordering_key, send_at, expires_at, metadata,
    trace_context, created_at, updated_at)
  select gen_random_uuid(), w.id, '', e.id, greatest(now(), e.send_at), 0,
    'pending', 'outbox', now(), coalesce(e.place, nextval('outbox_places')), e.ordering_key,
    e.send_at, e.expires_at, e.metadata, e.trace_context, now(), now()
  from (
    select events.*, wanted.place, wanted.nth
    from unnest($1::uuid[], $2::bigint[]) with ordinality as wanted (event_id, place, nth)
    join events on events.id = wanted.event_id
  ) as e
  join unnest($3::integer[], $4::uuid[]) as pair (nth, webhook_id) on pair.nth = e.nth
  join webhooks w on w.id = pair.webhook_id and w.deleted_at is null`;

/** Only where a webhook was gone. */
async function countMade(tx: Tx, wanted: FanOut[]): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ nth: number; count: number }>(
    `select nth, count(*)::integer as count
     from unnest($1::integer[], $2::uuid[], $3::uuid[]) as pair (nth, event_id, webhook_id)
     join deliveries d on d.event_id = pair.event_id and d.webhook_id = pair.webhook_id
     group by nth`,
    [
      wanted.flatMap(({ webhookIds }, nth) => webhookIds.map(() => nth)),
      wanted.flatMap(({ eventId, webhookIds }) => webhookIds.map(() => eventId)),
      wanted.flatMap(({ webhookIds }) => webhookIds),
    ],
  );
  const counts = new Map(rows.map(({ nth, count }) => [nth, count]));
  return new Map(wanted.map(({ eventId }, nth) => [eventId, counts.get(nth) ?? 0]));
}
