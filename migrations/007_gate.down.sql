-- What is held for a reason that the version before does not know is given back as that which it releases.
update deliveries
set held_reason = 'imported'
where parked_at is not null and held_reason not in ('webhook_inactive', 'imported');

drop index deliveries_held, deliveries_later, deliveries_to_probe, deliveries_to_expire, deliveries_head,
  deliveries_stopped, deliveries_by_key, webhooks_with_age;
create index deliveries_parked on deliveries (webhook_id, scheduled_at, id) where parked_at is not null;

drop table webhook_permits, webhook_states;
drop sequence delivery_sequence;

alter table delivery_attempts
  drop column probe;

alter table deliveries
  drop column ordering_key,
  drop column sequence,
  drop column is_head,
  drop column expires_at,
  drop column failed_reason,
  drop column crashes,
  drop column unbudgeted_attempts;

alter table webhooks
  drop column max_concurrency,
  drop column rate_limit,
  drop column retry_schedule,
  drop column retry_jitter,
  drop column honor_retry_after,
  drop column on_gone,
  drop column on_failing,
  drop column failing_after,
  drop column deactivate_after,
  drop column max_delivery_age,
  drop column ordering_on_failure,
  drop column deactivated_reason,
  drop column deactivated_at;
