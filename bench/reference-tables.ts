import type { Pool } from 'pg';

/**
 * The tables and indexes of the Go program as its own migrations leave them, with the bookkeeping
 * of golang-migrate.
 */
export async function createReferenceTables(pool: Pool): Promise<void> {
  await pool.query(`
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
      created_at timestamptz not null,
      updated_at timestamptz not null
    );
    create index webhooks_name_idx on webhooks (name);
    create index webhooks_active_idx on webhooks (active);
    create index webhooks_created_at_idx on webhooks (created_at);

    create table deliveries (
      id uuid primary key,
      webhook_id uuid not null references webhooks (id) on delete cascade,
      payload text not null,
      scheduled_at timestamptz not null,
      delivery_attempts smallint not null,
      status varchar not null,
      created_at timestamptz not null,
      updated_at timestamptz not null
    );
    create index deliveries_webhook_id_idx on deliveries (webhook_id);
    create index deliveries_status_idx on deliveries (status);
    create index deliveries_scheduled_at_idx on deliveries (scheduled_at);
    create index deliveries_created_at_idx on deliveries (created_at);

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
      created_at timestamptz not null
    );
    create index delivery_attempts_webhook_id_idx on delivery_attempts (webhook_id);
    create index delivery_attempts_delivery_id_idx on delivery_attempts (delivery_id);
    create index delivery_attempts_success_idx on delivery_attempts (success);
    create index delivery_attempts_created_at_idx on delivery_attempts (created_at);

    create table schema_migrations (version bigint primary key, dirty boolean not null);
    insert into schema_migrations (version, dirty) values (1, false);
  `);
}
