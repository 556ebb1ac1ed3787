-- Events: what happened, for whoever subscribed. A process of an earlier version names none of this. It would send a
-- delivery of an event with an empty body: webhooks subscribe when the last such worker has ended.
create table event_types (
  name text primary key,
  description text not null default '',
  -- As it was given: its members keep their order.
  schema json,
  example json,
  compatibility text not null default 'backward',
  version integer not null default 1,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- The payload is stored once: the deliveries of an event have an empty one, and event_id.
-- outbox_place: it is not fanned out yet, or not to all. recipients: the webhooks that were chosen at its commit; null:
-- they are yet to be chosen. fanned_out: so many of them have their delivery. deliveries: how many there are in all; null:
-- that is not known yet. fault: why an event that an application emitted goes to nobody.
create table events (
  id uuid primary key,
  type text not null,
  payload text not null,
  metadata jsonb,
  ordering_key text,
  send_at timestamptz,
  expires_at timestamptz,
  outbox_place bigint,
  recipients uuid[],
  fanned_out integer not null default 0,
  deliveries integer,
  operation_id uuid,
  fault text,
  payload_removed_at timestamptz,
  created_at timestamptz not null default now()
);
create index events_by_time on events (created_at, id);
create index events_by_type on events (type, created_at, id);
create index events_outbox on events (outbox_place) where outbox_place is not null;
-- Deliveries of a key wait for the events before them that are not fanned out yet.
create index events_outbox_by_key on events (ordering_key, outbox_place)
  where outbox_place is not null and ordering_key is not null;

-- What events carry, as delivery_tags has it of deliveries.
create table event_tags (
  tag bigint not null,
  created_at timestamptz not null,
  event_id uuid not null,
  primary key (tag, created_at, event_id)
);

alter table deliveries
  add column event_id uuid;
create index deliveries_by_event on deliveries (event_id, status, created_at, id) where event_id is not null;
-- The deliveries of an event with an ordering key have all the same place: those go by their ids.
drop index deliveries_outbox;
create index deliveries_outbox on deliveries (outbox_place, id) where outbox_place is not null;

-- event_types: patterns of the types that it gets; null: it gets no events. subscription_version: changes of what it
-- subscribes to, in the order of their commits, since each is made alone.
alter table webhooks
  add column event_types text[],
  add column filter jsonb,
  add column format text not null default 'raw',
  add column subscription_version bigint;
create sequence subscription_versions;
create index webhooks_by_subscription on webhooks (subscription_version) where subscription_version is not null;

-- What a request with an Idempotency-Key created, where that is events: then delivery_ids is empty. Where it is not,
-- event_ids means nothing: who knows deliveries alone overwrites the row of an event that has expired, but for them.
alter table idempotency_keys
  add column event_ids uuid[];

do $migration$
declare
  home text := (
    select nspname from pg_catalog.pg_class join pg_catalog.pg_namespace n on n.oid = relnamespace
    where pg_class.oid = to_regclass('webhooks')
  );
begin
  -- Who chooses the webhooks of an event has the same lock, shared, until that is committed. So an event goes to those
  -- that match at its commit.
  execute format($create$
    create function %1$I.number_subscription() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(7036873087);
      new.subscription_version := nextval(%2$L::regclass);
      return new;
    end
    $$
  $create$, home, format('%I.subscription_versions', home));
  execute format($create$
    create function %1$I.add_event_tags() returns trigger language plpgsql as $$
    begin
      insert into %1$I.event_tags (tag, created_at, event_id)
      select %1$I.delivery_tag(key, value), new.created_at, new.id from jsonb_each_text(new.metadata)
      on conflict do nothing;
      return null;
    end
    $$
  $create$, home);
  execute format($create$
    create function %1$I.remove_event_tags() returns trigger language plpgsql as $$
    begin
      delete from %1$I.event_tags
      where tag in (select %1$I.delivery_tag(key, value) from jsonb_each_text(old.metadata))
        and created_at = old.created_at and event_id = old.id;
      return null;
    end
    $$
  $create$, home);
end
$migration$;

create trigger add_tags after insert on events
  for each row when (new.metadata is not null) execute function add_event_tags();
create trigger remove_tags after delete on events
  for each row when (old.metadata is not null) execute function remove_event_tags();

create trigger number_new_subscription before insert on webhooks
  for each row when (new.event_types is not null) execute function number_subscription();
create trigger number_subscription before update on webhooks
  for each row when (
    (old.event_types is not null or new.event_types is not null)
    and (old.event_types is distinct from new.event_types or old.filter is distinct from new.filter
      or old.deleted_at is distinct from new.deleted_at)
  ) execute function number_subscription();
