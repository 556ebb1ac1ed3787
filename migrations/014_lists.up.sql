-- Each filter of a list is served by an index in the order of the list. They are partial: a delivery that succeeds, has no
-- ordering key and is never held has no entry in any of them, nor has an attempt that succeeds.
create index deliveries_by_failed_reason on deliveries (failed_reason, created_at, id)
  where failed_reason is not null;
create index deliveries_by_webhook_and_failed_reason on deliveries (webhook_id, failed_reason, created_at, id)
  where failed_reason is not null;

-- The reasons that the API shows. The others keep the queue small, and change often.
create index deliveries_by_held_reason on deliveries (held_reason, created_at, id)
  where held_reason in ('webhook_inactive', 'endpoint_failing', 'endpoint_paused', 'ordered', 'imported');
create index deliveries_by_webhook_and_held_reason on deliveries (webhook_id, held_reason, created_at, id)
  where held_reason in ('webhook_inactive', 'endpoint_failing', 'endpoint_paused', 'ordered', 'imported');

-- send_at is there so that those whose time has come are passed over without reading their rows.
create index deliveries_scheduled on deliveries (created_at, id, send_at)
  where status = 'pending' and send_at is not null;
create index deliveries_scheduled_by_webhook on deliveries (webhook_id, created_at, id, send_at)
  where status = 'pending' and send_at is not null;

create index deliveries_by_ordering_key on deliveries (ordering_key, status, created_at, id)
  where ordering_key is not null;
create index deliveries_by_webhook_and_ordering_key on deliveries (webhook_id, ordering_key, status, created_at, id)
  where ordering_key is not null;

create index delivery_attempts_failed on delivery_attempts (webhook_id, created_at, id) where not success;
