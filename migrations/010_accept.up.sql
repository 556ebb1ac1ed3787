-- What a client may ask for when it creates deliveries. A process of an earlier version names none of this, so it goes
-- on beside this version.
-- send_at: its client wants no attempt of it before. outbox_place: it was enqueued in a transaction of an application,
-- and waits to be taken in, in this order; held_reason is 'outbox' meanwhile.
alter table deliveries
  add column send_at timestamptz,
  add column outbox_place bigint;

create sequence outbox_places;
create index deliveries_outbox on deliveries (outbox_place) where outbox_place is not null;
-- What waits of one ordering key. Without it, each step would read all of the key.
create index deliveries_outbox_by_key on deliveries (webhook_id, ordering_key, outbox_place)
  where outbox_place is not null and ordering_key is not null;

-- What was created with an Idempotency-Key. key is the SHA-256 of the key, and fingerprint that of the request, so that
-- each row has a bounded size.
create table idempotency_keys (
  key bytea primary key,
  fingerprint bytea not null,
  delivery_ids uuid[] not null,
  expires_at timestamptz not null
);
create index idempotency_keys_by_end on idempotency_keys (expires_at);

-- The worker that does the upkeep of all, among those that cannot hold a lock for it, as a pooler hands their transactions
-- to other sessions. asked_at is its latest sign of life.
create table upkeep_turn (
  is_only_row boolean primary key default true check (is_only_row),
  worker uuid not null,
  asked_at timestamptz not null
);
