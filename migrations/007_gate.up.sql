-- What a webhook may decide about when its deliveries run. A process of version 2.1 names none of these columns,
-- so it goes on beside this version.
alter table webhooks
  add column max_concurrency integer,
  add column rate_limit jsonb,
  add column retry_schedule integer[],
  add column retry_jitter double precision not null default 0,
  add column honor_retry_after boolean not null default false,
  add column on_gone text not null default 'retry',
  add column on_failing text not null default 'retry',
  add column failing_after jsonb not null default '{"attempts": 5, "seconds": 60}',
  add column deactivate_after integer,
  add column max_delivery_age integer,
  add column ordering_on_failure text not null default 'continue',
  add column deactivated_reason text,
  add column deactivated_at timestamptz;

-- is_head: the one delivery of its webhook and ordering key that may run, or that blocks the key.
-- crashes: claims of it that had run out when it was held; its next job goes on from there.
-- unbudgeted_attempts: those of delivery_attempts that do not count against max_delivery_attempts, as probes.
alter table deliveries
  add column ordering_key text,
  add column sequence bigint,
  add column is_head boolean not null default false,
  add column expires_at timestamptz,
  add column failed_reason text,
  add column crashes integer not null default 0,
  add column unbudgeted_attempts integer not null default 0;

alter table delivery_attempts
  add column probe boolean not null default false;

create sequence delivery_sequence;

-- What changes while a webhook runs: a row is made when there is something to note. wake_at is when its held
-- deliveries are to be looked at. over_window: it has as many jobs as it may, so what comes is held as its backlog.
create table webhook_states (
  webhook_id uuid primary key references webhooks (id) on delete cascade,
  state text not null default 'healthy',
  consecutive_failures integer not null default 0,
  failures_since timestamptz,
  failing_since timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  paused_until timestamptz,
  probe_at timestamptz,
  probe_pause integer,
  probe_delivery_id uuid,
  recovering_since timestamptz,
  over_window boolean not null default false,
  rate_next_at timestamptz,
  wake_at timestamptz
) with (fillfactor = 50);
create index webhook_states_by_wake on webhook_states (wake_at) where wake_at is not null;

-- The claims that may be sending to webhooks with a max_concurrency. A permit counts for as long as its claim, the
-- generation of a job, is held.
create table webhook_permits (
  job_id uuid primary key,
  webhook_id uuid not null references webhooks (id) on delete cascade,
  generation text not null
) with (fillfactor = 50);
create index webhook_permits_by_webhook on webhook_permits (webhook_id);

-- One index for every look at what is held: of a webhook, for a reason, by its time.
drop index deliveries_parked;
create index deliveries_held on deliveries (webhook_id, held_reason, scheduled_at, id) where parked_at is not null;
create index deliveries_later on deliveries (scheduled_at, id) where held_reason = 'later';
create index deliveries_to_probe on deliveries (webhook_id, delivery_attempts, scheduled_at, id)
  where held_reason = 'endpoint_failing' and (ordering_key is null or is_head);
-- Held deliveries that expire, by their own time or as their webhook bounds their age.
create index deliveries_to_expire on deliveries (expires_at, id) where parked_at is not null and expires_at is not null;
create index webhooks_with_age on webhooks (id) where max_delivery_age is not null;
create unique index deliveries_head on deliveries (webhook_id, ordering_key) where is_head;
-- Heads that have ended: those that block their key.
create index deliveries_stopped on deliveries (webhook_id, ordering_key) where is_head and status <> 'pending';
create index deliveries_by_key on deliveries (webhook_id, ordering_key, sequence)
  where ordering_key is not null and status = 'pending';
