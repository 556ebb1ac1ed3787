-- smallint is too small for milliseconds (a response after 32.8 s could not be recorded). Rewrites the tables where
-- they are not empty: about as long as copying them, and nothing else can use them meanwhile.
alter table webhooks
  alter column valid_status_codes type integer[],
  alter column max_delivery_attempts type integer,
  alter column delivery_attempt_timeout type integer,
  alter column retry_min_backoff type integer,
  alter column retry_max_backoff type integer;

alter table deliveries
  alter column delivery_attempts type integer;

alter table delivery_attempts
  alter column response_status_code type integer,
  alter column execution_duration type integer;
