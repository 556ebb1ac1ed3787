import type { Tx } from '../../database/transaction.ts';
import type { NextJob } from '../../queue/delivery-queue.ts';
import { isQuietSql } from '../delivery.ts';
import { heldReasonSql } from '../may-run.ts';
import { lockKeys } from '../order/ordering-key.ts';
import { keysOf, type Candidate } from './candidates.ts';

/** A webhook that gets more than its window: so many of these may have a job now. */
export type Room = { webhookId: string; room: number };

/**
 * Most deliveries with keys that are taken in at once. A long transaction may have committed very
 * many of one key behind which a candidate waits: 100,000 took 17 s, and nobody could add to the
 * key meanwhile.
 */
const MOST_WITH_KEYS = 1000;

/**
 * Takes candidates in: each gets its sequence where it has a key, and leaves the outbox for the
 * reason that holds it, or for a job. Of a key all go that have a place up to the candidate's, also
 * what was committed since it was found, so that none of them is overtaken; `isCut`: those were too
 * many, and only the first of them went. Rows that somebody has locked stay, with all that follow
 * them in their key. A row that has ended, or whose webhook is being removed, loses its place and
 * is left as it is.
 * @returns how many left the outbox, the webhooks of those that had come for the first time
 * (`accepted`), and of those that are held now for a reason that the API shows, and the jobs that
 * some get in this transaction.
 */
export async function takeIn(tx: Tx, candidates: Candidate[], rooms: Room[]): Promise<TakenIn> {
  const ids = candidates.flatMap(({ id, key }) => (key === null ? [id] : []));
  const keys = keysOf(candidates);
  await lockKeys(tx, keys, 'alone');
  const { rows } = await tx.query<TakenRow>(TAKE_IN, [
    ids,
    keys.map(({ webhookId }) => webhookId),
    keys.map(({ key }) => key),
    keys.map(({ last }) => last),
    rooms.map(({ webhookId }) => webhookId),
    rooms.map(({ room }) => room),
  ]);
  return {
    taken: rows.length,
    isCut: rows.length - ids.length >= MOST_WITH_KEYS,
    accepted: rows.flatMap(({ webhookId, isNew }) => (isNew ? [webhookId] : [])),
    held: rows.flatMap(({ webhookId, isShownHeld }) => (isShownHeld ? [webhookId] : [])),
    jobs: rows.toSorted((a, b) => a.place - b.place).flatMap(jobOf),
  };
}

export type TakenIn = {
  taken: number;
  isCut: boolean;
  accepted: string[];
  held: string[];
  jobs: NextJob[];
};

type TakenRow = {
  id: string;
  webhookId: string;
  place: number;
  runs: boolean;
  isNew: boolean;
  isShownHeld: boolean;
  crashes: number;
  delaySeconds: number;
};

function jobOf({ id, webhookId, runs, crashes, delaySeconds }: TakenRow): NextJob[] {
  return runs ? [{ deliveryId: id, webhookId, crashes, delaySeconds }] : [];
}

/**
 * Those without a key, and of each key all up to a place; where they are too many, those with the
 * first places, so that no key has a gap. Nobody adds to a key meanwhile.
 */
const FOUND = `
  select id, webhook_id, null as ordering_key, outbox_place
  from deliveries where id = any ($1::uuid[]) and outbox_place is not null
  union all
  (select d.id, d.webhook_id, d.ordering_key, d.outbox_place
   from unnest($2::uuid[], $3::text[], $4::bigint[]) as key (webhook_id, ordering_key, last)
   cross join lateral (
     select id, webhook_id, ordering_key, outbox_place from deliveries
     where webhook_id = key.webhook_id and ordering_key = key.ordering_key
       and outbox_place <= key.last
     order by outbox_place limit ${MOST_WITH_KEYS}
   ) as d
   order by d.outbox_place limit ${MOST_WITH_KEYS})`;

/** The row may have been changed or deleted since it was found: what counts is read here. */
const LOCKED = `
  select id, status, held_reason, scheduled_at, is_head, sequence,
    redelivery_id is not null as redelivered
  from deliveries
  where id = any (array(select id from found)) and outbox_place is not null
  order by id for update skip locked`;

/** Without those of a key that come behind one that somebody has locked. */
const FREE = `
  select * from (
    select found.*, locked.status, locked.held_reason, locked.scheduled_at, locked.is_head,
      locked.sequence, locked.redelivered,
      bool_and(locked.id is not null) over (
        partition by found.webhook_id, found.ordering_key,
          case when found.ordering_key is null then found.id end
        order by found.outbox_place
      ) as is_free
    from found left join locked on locked.id = found.id
  ) as one
  where is_free`;

/**
 * `waits`: it is to be judged. A worker of version 2.1 may have released a row already: it has a
 * job, and no reason. `nth`: it is the how many-th of its webhook in this step.
 */
const SORTED = `
  select free.*, w.active,
    free.status = 'pending' and free.held_reason is not distinct from 'outbox'
      and w.deleted_at is null as waits,
    row_number() over (
      partition by free.webhook_id, free.redelivered order by outbox_place
    ) as nth
  from free join webhooks w on w.id = free.webhook_id
  order by outbox_place`;

/** `is_behind`: another one of its key goes first. A redelivered head has its old place. */
const NUMBERED = `
  select sorted.*, case when ordering_key is not null and status = 'pending' and sequence is null
      then nextval('delivery_sequence') end as next_sequence,
    waits and ordering_key is not null and not is_head and (
      row_number() over (partition by webhook_id, ordering_key, waits order by outbox_place) > 1
      or exists (select from deliveries d where d.webhook_id = sorted.webhook_id
        and d.ordering_key = sorted.ordering_key and d.is_head)
      or exists (select from deliveries d where d.webhook_id = sorted.webhook_id
        and d.ordering_key = sorted.ordering_key and d.status = 'pending'
        and d.sequence is not null)
    ) as is_behind
  from (${SORTED}) as sorted`;

const WAIT = 'extract(epoch from o.scheduled_at - now())';
const names = { webhook: 'w', state: 's' };
const facts = { behind: 'o.is_behind', wait: WAIT, redelivered: 'o.redelivered' };

const JUDGED = `
  select o.*, case when o.nth <= coalesce(room.room, 0)
      then ${heldReasonSql(names, { ...facts, placed: true })}
      else ${heldReasonSql(names, facts)} end as reason
  from numbered o
  join webhooks w on w.id = o.webhook_id
  left join webhook_states s on s.webhook_id = o.webhook_id
  left join unnest($5::uuid[], $6::integer[]) as room (webhook_id, room)
    on room.webhook_id = o.webhook_id`;

const TAKE_IN = `
  with found as (${FOUND}), locked as materialized (${LOCKED}), free as (${FREE}),
    numbered as materialized (${NUMBERED}), judged as (${JUDGED})
  update deliveries
  set outbox_place = null,
    sequence = coalesce(deliveries.sequence, judged.next_sequence),
    is_head = deliveries.is_head or (judged.waits and judged.ordering_key is not null
      and not judged.is_behind),
    held_reason = case when judged.waits then judged.reason else deliveries.held_reason end,
    parked_at = case when judged.waits and judged.reason is null then null
      else deliveries.parked_at end,
    updated_at = case when judged.waits and not ${isQuietSql('judged.reason')}
      then now() else deliveries.updated_at end
  from judged
  where deliveries.id = judged.id
  returning deliveries.id, deliveries.webhook_id as "webhookId",
    judged.outbox_place::float8 as place, judged.waits and judged.reason is null as runs,
    deliveries.redeliveries = 0 as "isNew",
    judged.waits and not ${isQuietSql('judged.reason')} as "isShownHeld",
    deliveries.crashes,
    greatest(0, extract(epoch from deliveries.scheduled_at - now()))::float8 as "delaySeconds"`;
