-- How the requests of a webhook are signed, what more they carry, and how they prove who sends them. A process of
-- version 2.1 names none of these columns, so it goes on beside this version.
-- secret_id stands for the present secret_token together with signing_key, the private key of Ed25519 signatures, whose
-- public_key receivers get. secret_set_at is null where it is not known. old_secrets_until: webhook_secrets is worth a
-- look until then. sealed: all that is secret here, encrypted; the columns for it are empty then.
alter table webhooks
  add column signatures text[] not null default '{hub}',
  add column headers jsonb not null default '{}',
  add column auth jsonb,
  add column signing_key text,
  add column public_key text,
  add column secret_id uuid not null default gen_random_uuid(),
  add column secret_set_at timestamptz,
  add column old_secrets_until timestamptz,
  add column sealed text;

-- Of webhooks that come from now on it is known.
alter table webhooks
  alter column secret_set_at set default now();

-- Secrets that were replaced and still sign beside the present one until they end. hub: the one header that can hold
-- only one signature is made with this secret.
create table webhook_secrets (
  id uuid primary key,
  webhook_id uuid not null references webhooks (id) on delete cascade,
  secret_token varchar not null,
  signing_key text,
  public_key text,
  hub boolean not null,
  set_at timestamptz,
  replaced_at timestamptz not null,
  expires_at timestamptz not null,
  sealed text
);
create index webhook_secrets_by_webhook on webhook_secrets (webhook_id, replaced_at);
create index webhook_secrets_by_end on webhook_secrets (expires_at);

-- Made by a client who tries a webhook out: one attempt, whatever state the webhook has.
alter table deliveries
  add column test boolean not null default false;
