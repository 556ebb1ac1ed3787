-- Refuses (smallint out of range) where a value does not fit any more: nothing is cut off.
alter table delivery_attempts
  alter column response_status_code type smallint,
  alter column execution_duration type smallint;

alter table deliveries
  alter column delivery_attempts type smallint;

alter table webhooks
  alter column valid_status_codes type smallint[],
  alter column max_delivery_attempts type smallint,
  alter column delivery_attempt_timeout type smallint,
  alter column retry_min_backoff type smallint,
  alter column retry_max_backoff type smallint;
