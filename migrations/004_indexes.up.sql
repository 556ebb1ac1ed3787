-- Every list is served by an index in its sort order, so that its first page costs the same at any table size.
-- The Go program's indexes that these make superfluous go: each would be written on every insert.
drop index if exists webhooks_name_idx;
drop index if exists webhooks_active_idx;
drop index if exists webhooks_created_at_idx;
create index webhooks_by_name on webhooks (name, id);
create index webhooks_by_active on webhooks (active, name, id);
create index webhooks_deleted on webhooks (deleted_at) where deleted_at is not null;

drop index if exists deliveries_webhook_id_idx;
drop index if exists deliveries_status_idx;
drop index if exists deliveries_scheduled_at_idx;
drop index if exists deliveries_created_at_idx;
create index deliveries_by_time on deliveries (created_at, id);
create index deliveries_by_webhook on deliveries (webhook_id, created_at, id);
create index deliveries_by_status on deliveries (status, created_at, id);
create index deliveries_by_webhook_and_status on deliveries (webhook_id, status, created_at, id);
-- The sweep for lost jobs, and the search for what may be released.
create index deliveries_due on deliveries (scheduled_at, id) where status = 'pending' and parked_at is null;
create index deliveries_parked on deliveries (webhook_id, scheduled_at, id) where parked_at is not null;

drop index if exists delivery_attempts_webhook_id_idx;
drop index if exists delivery_attempts_delivery_id_idx;
drop index if exists delivery_attempts_success_idx;
drop index if exists delivery_attempts_created_at_idx;
create index delivery_attempts_by_time on delivery_attempts (created_at, id);
create index delivery_attempts_by_webhook on delivery_attempts (webhook_id, created_at, id);
create index delivery_attempts_by_delivery on delivery_attempts (delivery_id, created_at, id);
create index delivery_attempts_by_success on delivery_attempts (success, created_at, id);
