-- What is to be told to the webhook of operators, where there is one. Without one nothing is written here.
-- Deliveries that have failed since the last look, which makes one alarm of them for each webhook. A row stands for those
-- of one transaction, one webhook and one reason; delivery_ids has the first of them. There is no foreign key: a failure
-- must never wait for a change of its webhook.
create table alarm_failures (
  id bigint generated always as identity primary key,
  webhook_id uuid not null,
  failed_reason text not null,
  deliveries integer not null,
  delivery_ids uuid[] not null,
  failed_at timestamptz not null default now()
);

-- The certificate of a webhook of which an alarm has told last, and so many days before its end; 0: it had ended.
create table alarm_certificates (
  webhook_id uuid primary key references webhooks (id) on delete cascade,
  expires_at timestamptz not null,
  days integer not null
);

-- Webhooks of which an alarm has told that their deliveries are late, until it tells that they are not.
create table alarm_queues (
  webhook_id uuid primary key references webhooks (id) on delete cascade,
  behind_since timestamptz not null
);
