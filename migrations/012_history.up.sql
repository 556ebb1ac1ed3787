-- What can be done with deliveries that have ended. A process of an earlier version names none of these columns, so it
-- goes on beside this version.
-- metadata: what its client says of it; null: nothing. redeliveries: how often it was made pending again, the last time at
-- redelivered_at, by the operation redelivery_id or, where that is null, alone. payload_removed_at: its payload is gone.
alter table deliveries
  add column metadata jsonb,
  add column redeliveries integer not null default 0,
  add column redelivered_at timestamptz,
  add column redelivery_id uuid,
  add column payload_removed_at timestamptz;

-- Long work on many deliveries. webhook_ids: the webhooks that it touches; null: it may touch any. place: where it goes on.
-- matched is counted when it begins: until then it is null. stepped_at and credit pace it.
create table operations (
  id uuid primary key,
  kind text not null,
  state text not null default 'queued',
  filter jsonb not null,
  webhook_ids uuid[],
  rate_per_second integer,
  matched integer,
  done integer not null default 0,
  skipped integer not null default 0,
  place jsonb,
  error text,
  stepped_at timestamptz,
  credit double precision not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index operations_by_time on operations (created_at, id);
create index operations_unfinished on operations (created_at, id) where finished_at is null;
