import type { Pool } from '../../src/database/pool.ts';

/**
 * What is wrong with events and their deliveries when all is quiet: each event has at most one
 * delivery for a webhook, and no more than it says; each delivery that may be sent again has a
 * payload; and nothing waits to be fanned out. An earlier version has no events.
 */
export async function eventProblems(pool: Pool): Promise<string[]> {
  const { rows: tables } = await pool.query<{ are_there: boolean }>(
    `select to_regclass('event_types') is not null as are_there`,
  );
  if (tables[0]?.are_there !== true) return [];
  const { rows } = await pool.query<{ id: string; problem: string }>(
    `select id, 'it is yet to be fanned out' as problem from events
     where outbox_place is not null or recipients is not null or deliveries is null
     union all
     select e.id, 'it says ' || e.deliveries || ' deliveries, and has ' || made.count
     from events e
     join lateral (
       select count(*) as count from deliveries d where d.event_id = e.id
     ) as made on true
     where made.count > e.deliveries or e.deliveries <> e.fanned_out
     union all
     select event_id, 'it has ' || count(*) || ' deliveries for ' || webhook_id
     from deliveries where event_id is not null
     group by event_id, webhook_id having count(*) > 1
     union all
     select d.id, 'a delivery whose event has no payload'
     from deliveries d left join events e on e.id = d.event_id
     where d.event_id is not null and d.payload_removed_at is null
       and (e.id is null or e.payload_removed_at is not null)
     union all
     select d.id, 'a delivery of an event with a payload of its own'
     from deliveries d where d.event_id is not null and d.payload <> ''`,
  );
  return rows.map(({ id, problem }) => `${id}: ${problem}`);
}

/** Keeps what happens in the database in tables of the test, which nothing removes. */
export async function keepHistory(pool: Pool): Promise<void> {
  await pool.query(`
    create table history_of_webhooks (
      version bigint not null, webhook_id uuid not null, event_types text[], filter jsonb,
      gone boolean not null
    );
    create index on history_of_webhooks (version);
    create table history_of_events (event_id uuid not null, version bigint not null);
    create table history_of_deliveries (event_id uuid not null, webhook_id uuid not null);
    create function note_webhook() returns trigger language plpgsql as $$
      begin
        insert into history_of_webhooks values (new.subscription_version, new.id, new.event_types,
          new.filter, new.deleted_at is not null);
        return null;
      end $$;
    create trigger note_new after insert on webhooks
      for each row when (new.subscription_version is not null) execute function note_webhook();
    create trigger note_changed after update on webhooks for each row
      when (new.subscription_version is distinct from old.subscription_version)
      execute function note_webhook();
    create function note_event() returns trigger language plpgsql as $$
      begin
        insert into history_of_events
        select new.id, coalesce(max(version), 0) from history_of_webhooks;
        return null;
      end $$;
    create trigger note_posted after insert on events
      for each row when (new.deliveries is not null) execute function note_event();
    create trigger note_chosen after update on events
      for each row when (old.deliveries is null and new.deliveries is not null)
      execute function note_event();
    create function note_delivery() returns trigger language plpgsql as $$
      begin
        insert into history_of_deliveries values (new.event_id, new.webhook_id);
        return null;
      end $$;
    create trigger note_made after insert on deliveries
      for each row when (new.event_id is not null) execute function note_delivery();
  `);
}

export type Subscription = {
  version: number;
  webhook_id: string;
  event_types: string[] | null;
  filter: unknown;
  gone: boolean;
};

/** An event, with the last change of a subscription that was committed before it was chosen. */
export type Seen = { id: string; type: string; payload: string; version: number; got: string[] };

export async function subscriptionsOf(pool: Pool): Promise<Subscription[]> {
  const { rows } = await pool.query<Subscription>(
    `select version::float8 as version, webhook_id, event_types, filter, gone
     from history_of_webhooks order by version`,
  );
  return rows;
}

export async function seenEvents(pool: Pool): Promise<Seen[]> {
  const { rows } = await pool.query<Seen>(
    `select e.id, e.type, e.payload, h.version::float8 as version,
       array(select webhook_id::text from history_of_deliveries d
         where d.event_id = e.id order by 1) as got
     from events e left join history_of_events h on h.event_id = e.id order by e.created_at, e.id`,
  );
  return rows;
}

/** The webhooks of which `matches` says that they match, as they stood at a version. */
export function expectedAt(
  history: Subscription[],
  version: number,
  matches: (one: Subscription) => boolean,
): string[] {
  const standing = new Map<string, Subscription>();
  for (const one of history) if (one.version <= version) standing.set(one.webhook_id, one);
  return [...standing.values()]
    .filter((one) => !one.gone && matches(one))
    .map(({ webhook_id: id }) => id)
    .toSorted();
}
