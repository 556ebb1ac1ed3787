-- The tables of the Go program, where they do not exist. A table made here is marked, so that going down
-- removes what this made and never what was there before.
do $$
begin
  if to_regclass('webhooks') is null then
    create table webhooks (
      id uuid primary key,
      name varchar not null,
      url varchar not null,
      content_type varchar not null,
      valid_status_codes smallint[] not null,
      secret_token varchar not null,
      active boolean not null,
      max_delivery_attempts smallint not null,
      delivery_attempt_timeout smallint not null,
      retry_min_backoff smallint not null,
      retry_max_backoff smallint not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    comment on table webhooks is 'created by postmand migration 001';
  end if;

  if to_regclass('deliveries') is null then
    create table deliveries (
      id uuid primary key,
      webhook_id uuid not null references webhooks (id) on delete cascade,
      payload text not null,
      scheduled_at timestamptz not null default now(),
      delivery_attempts smallint not null,
      status varchar not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    comment on table deliveries is 'created by postmand migration 001';
  end if;

  if to_regclass('delivery_attempts') is null then
    create table delivery_attempts (
      id uuid primary key,
      webhook_id uuid not null references webhooks (id) on delete cascade,
      delivery_id uuid not null references deliveries (id) on delete cascade,
      raw_request text not null,
      raw_response text not null,
      response_status_code smallint not null,
      execution_duration smallint not null,
      success boolean not null,
      error text not null,
      created_at timestamptz not null default now()
    );
    comment on table delivery_attempts is 'created by postmand migration 001';
  end if;
end
$$;
