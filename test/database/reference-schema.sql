-- A database of the Go program, postmand 1.8.1: its tables, its indexes, golang-migrate's table, and some of its rows.
create table schema_migrations (
  version bigint not null primary key,
  dirty boolean not null
);
insert into schema_migrations (version, dirty) values (20210308204125, false);

create table webhooks (
  id uuid primary key,
  name varchar(255) not null,
  url varchar not null,
  content_type varchar not null,
  valid_status_codes smallint[] not null,
  secret_token varchar not null,
  active boolean not null,
  max_delivery_attempts smallint not null,
  delivery_attempt_timeout smallint not null,
  retry_min_backoff smallint not null,
  retry_max_backoff smallint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index webhooks_name_idx on webhooks (name);
create index webhooks_active_idx on webhooks (active);
create index webhooks_created_at_idx on webhooks using brin (created_at);

create table deliveries (
  id uuid primary key,
  webhook_id uuid not null,
  payload text not null,
  scheduled_at timestamptz not null,
  delivery_attempts smallint not null,
  status varchar not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  foreign key (webhook_id) references webhooks (id) on delete cascade
);
create index deliveries_webhook_id_idx on deliveries (webhook_id);
create index deliveries_status_idx on deliveries (status);
create index deliveries_scheduled_at_idx on deliveries using brin (scheduled_at);
create index deliveries_created_at_idx on deliveries using brin (created_at);

create table delivery_attempts (
  id uuid primary key,
  webhook_id uuid not null,
  delivery_id uuid not null,
  raw_request text not null,
  raw_response text not null,
  response_status_code smallint not null,
  execution_duration smallint not null,
  success boolean not null,
  error text not null,
  created_at timestamptz not null,
  foreign key (webhook_id) references webhooks (id) on delete cascade,
  foreign key (delivery_id) references deliveries (id) on delete cascade
);
create index delivery_attempts_webhook_id_idx on delivery_attempts (webhook_id);
create index delivery_attempts_delivery_id_idx on delivery_attempts (delivery_id);
create index delivery_attempts_success_idx on delivery_attempts (success);
create index delivery_attempts_created_at_idx on delivery_attempts using brin (created_at);

-- Two active webhooks, one with the largest numbers that it took and values that we would refuse; and an inactive one.
insert into webhooks values
  ('aaaaaaaa-0000-4000-8000-000000000001', 'active', 'http://127.0.0.1:9/', 'application/json', '{200,201}', 'my-secret-token',
   true, 3, 5, 1, 2, '2021-03-08T20:41:25.123456Z', '2021-03-08T20:41:25.123456Z'),
  ('aaaaaaaa-0000-4000-8000-000000000002', 'inactive', 'http://127.0.0.1:9/', 'application/json', '{200}', '',
   false, 1, 1, 1, 1, '2021-03-08T20:41:26Z', '2021-03-09T00:00:00Z'),
  ('aaaaaaaa-0000-4000-8000-000000000003', 'é', 'example.com', 'text/plain', '{-1,32767}', '',
   true, 32767, 32767, 32767, 32767, '2021-03-08T20:41:27Z', '2021-03-08T20:41:27Z');

insert into deliveries values
  -- Pending: never tried, between two attempts, and due in the future.
  ('dddddddd-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000001', 'never tried', '2021-04-01T00:00:00Z', 0, 'pending',
   '2021-04-01T00:00:00Z', '2021-04-01T00:00:00Z'),
  ('dddddddd-0000-4000-8000-000000000002', 'aaaaaaaa-0000-4000-8000-000000000001', 'tried once', '2021-04-01T00:10:00Z', 1, 'pending',
   '2021-04-01T00:00:01Z', '2021-04-01T00:05:00Z'),
  ('dddddddd-0000-4000-8000-000000000003', 'aaaaaaaa-0000-4000-8000-000000000001', 'not yet', '2121-04-01T00:00:00Z', 2, 'pending',
   '2021-04-01T00:00:02Z', '2021-04-01T00:05:00Z'),
  -- Pending, of the inactive webhook.
  ('dddddddd-0000-4000-8000-000000000004', 'aaaaaaaa-0000-4000-8000-000000000002', 'held 1', '2021-04-01T00:00:00Z', 0, 'pending',
   '2021-04-01T00:00:03Z', '2021-04-01T00:00:03Z'),
  ('dddddddd-0000-4000-8000-000000000005', 'aaaaaaaa-0000-4000-8000-000000000002', 'held 2', '2021-04-01T00:00:00Z', 0, 'pending',
   '2021-04-01T00:00:03Z', '2021-04-01T00:00:03Z'),
  -- Finished.
  ('dddddddd-0000-4000-8000-000000000006', 'aaaaaaaa-0000-4000-8000-000000000001', '{"done": "é"}', '2021-04-01T00:00:00Z', 1, 'succeeded',
   '2021-04-01T00:00:04.000001Z', '2021-04-01T00:00:05Z'),
  ('dddddddd-0000-4000-8000-000000000007', 'aaaaaaaa-0000-4000-8000-000000000003', '', '2021-04-01T00:00:00Z', 32767, 'failed',
   '2021-04-01T00:00:05Z', '2021-04-01T00:00:06Z');

insert into delivery_attempts values
  ('eeeeeeee-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000001', 'dddddddd-0000-4000-8000-000000000006',
   E'POST / HTTP/1.1\r\n\r\n{"done": "é"}', E'HTTP/1.1 200 OK\r\n\r\nok', 200, 32767, true, '', '2021-04-01T00:00:05Z'),
  ('eeeeeeee-0000-4000-8000-000000000002', 'aaaaaaaa-0000-4000-8000-000000000003', 'dddddddd-0000-4000-8000-000000000007',
   '', '', 0, 0, false, 'Post "example.com": unsupported protocol scheme ""', '2021-04-01T00:00:06Z'),
  ('eeeeeeee-0000-4000-8000-000000000003', 'aaaaaaaa-0000-4000-8000-000000000001', 'dddddddd-0000-4000-8000-000000000002',
   'POST', 'HTTP/1.1 500 Internal Server Error', 500, 12, false, '', '2021-04-01T00:05:00Z');
