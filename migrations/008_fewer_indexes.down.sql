create index deliveries_by_time on deliveries (created_at, id);
create index deliveries_by_webhook on deliveries (webhook_id, created_at, id);
alter table deliveries reset (fillfactor);

create index delivery_attempts_by_time on delivery_attempts (created_at, id);
