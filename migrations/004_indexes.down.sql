drop index delivery_attempts_by_time, delivery_attempts_by_webhook, delivery_attempts_by_delivery, delivery_attempts_by_success;
create index delivery_attempts_webhook_id_idx on delivery_attempts (webhook_id);
create index delivery_attempts_delivery_id_idx on delivery_attempts (delivery_id);
create index delivery_attempts_success_idx on delivery_attempts (success);
create index delivery_attempts_created_at_idx on delivery_attempts using brin (created_at);

drop index deliveries_by_time, deliveries_by_webhook, deliveries_by_status, deliveries_by_webhook_and_status, deliveries_due, deliveries_parked;
create index deliveries_webhook_id_idx on deliveries (webhook_id);
create index deliveries_status_idx on deliveries (status);
create index deliveries_scheduled_at_idx on deliveries using brin (scheduled_at);
create index deliveries_created_at_idx on deliveries using brin (created_at);

drop index webhooks_by_name, webhooks_by_active, webhooks_deleted;
create index webhooks_name_idx on webhooks (name);
create index webhooks_active_idx on webhooks (active);
create index webhooks_created_at_idx on webhooks using brin (created_at);
