import type { RateLimit } from './limits/rate-limit.ts';
import type { Metadata } from './metadata.ts';
import type { Auth } from './request/auth/auth.ts';
import { FORMATS } from './request/format.ts';
import type { Signature } from './request/signing/signatures.ts';
import type { Filter } from './subscription/filter.ts';

/** What the pool makes of a value of each type. */
type Values = {
  uuid: string;
  varchar: string;
  boolean: boolean;
  integer: number;
  'integer[]': number[];
  'double precision': number;
  text: string;
  'text[]': string[];
  timestamptz: string;
};

/** What columns hold of which their type does not say enough. */
type Documents = {
  rate_limit: RateLimit;
  failing_after: FailingAfter;
  signatures: Signature[];
  headers: Record<string, string>;
  auth: Auth;
  metadata: Metadata;
  filter: Filter;
};

/** An endpoint is failing after so many failed attempts in a row, which took at least so long. */
type FailingAfter = { attempts: number; seconds: number };

/**
 * A column by its type in PostgreSQL. One with a default may be left out by a client, or be null:
 * it then gets the default. A column whose default is null may be null. `values` are the only ones
 * that it has. `keep`: a PUT that leaves it out keeps it as it is, since its client may not know
 * it. The columns of version 2.1 go back to their defaults then, as they did before; every later
 * setting is one to keep.
 */
export type Column = {
  type: keyof Values | 'jsonb';
  default?: unknown;
  values?: readonly string[];
  keep?: true;
};

/**
 * What the owner of a webhook decides. Columns and the API's fields have the same names; durations
 * are in seconds. SQL and types are made from this list: a new column is a line here, a migration
 * and a field in openapi.yaml.
 */
export const SETTING_COLUMNS = {
  name: { type: 'varchar' },
  url: { type: 'varchar' },
  content_type: { type: 'varchar' },
  valid_status_codes: { type: 'integer[]' },
  /** Signs every request; empty: requests are not signed. */
  secret_token: { type: 'varchar', default: '' },
  active: { type: 'boolean', default: false },
  max_delivery_attempts: { type: 'integer' },
  delivery_attempt_timeout: { type: 'integer' },
  retry_min_backoff: { type: 'integer' },
  retry_max_backoff: { type: 'integer' },
  /** Attempts under way, in all workers; null: each worker gives it its share. */
  max_concurrency: { type: 'integer', default: null, keep: true },
  /** Starts of attempts, in all workers; null: any number. */
  rate_limit: { type: 'jsonb', default: null, keep: true },
  /** The delays after failed attempts, the last of which repeats; null: the two backoffs. */
  retry_schedule: { type: 'integer[]', default: null, keep: true },
  /** A delay becomes longer by up to this part of itself. */
  retry_jitter: { type: 'double precision', default: 0, keep: true },
  honor_retry_after: { type: 'boolean', default: false, keep: true },
  on_gone: { type: 'text', values: ['retry', 'deactivate'], default: 'retry', keep: true },
  on_failing: { type: 'text', values: ['retry', 'hold'], default: 'retry', keep: true },
  failing_after: { type: 'jsonb', default: { attempts: 5, seconds: 60 }, keep: true },
  /** The time of nothing but failures that makes it inactive; null: none. */
  deactivate_after: { type: 'integer', default: null, keep: true },
  /** The age at which a delivery is given up; null: none. */
  max_delivery_age: { type: 'integer', default: null, keep: true },
  ordering_on_failure: {
    type: 'text',
    values: ['continue', 'block'],
    default: 'continue',
    keep: true,
  },
  signatures: { type: 'text[]', default: ['hub'], keep: true },
  /** Headers of each request beside ours: values by name. The values are secret. */
  headers: { type: 'jsonb', default: {}, keep: true },
  auth: { type: 'jsonb', default: null, keep: true },
  metadata: { type: 'jsonb', default: {}, keep: true },
  /** Patterns of the types of events that it gets; null: it gets none. */
  event_types: { type: 'text[]', default: null, keep: true },
  /** Which of those events it gets; null: all. */
  filter: { type: 'jsonb', default: null, keep: true },
  /** What its requests look like. */
  format: { type: 'text', values: FORMATS, default: 'raw', keep: true },
  /** Its requests tell of the trace that their delivery belongs to. */
  propagate_trace: { type: 'boolean', default: false, keep: true },
} as const satisfies Record<string, Column>;

/** What the API shows of a webhook, in its order. Times are RFC 3339 text. */
export const WEBHOOK_COLUMNS = {
  id: { type: 'uuid' },
  ...SETTING_COLUMNS,
  /** Verifies its Ed25519 signatures; null: it has never made any. */
  public_key: { type: 'text', default: null },
  /** Why Postmand itself made it inactive, and when; null: it did not. */
  deactivated_reason: { type: 'text', values: ['gone', 'failing'], default: null },
  deactivated_at: { type: 'timestamptz', default: null },
  created_at: { type: 'timestamptz' },
  updated_at: { type: 'timestamptz' },
} as const satisfies Record<string, Column>;

/**
 * What no worker needs to send: statements ask the database what these decide. To read them with
 * 16 claims cost a worker a fifth of that CPU, and PostgreSQL a tenth.
 */
export const NOT_FOR_SENDING = [
  'name',
  'max_delivery_age',
  'ordering_on_failure',
  'signatures',
  'headers',
  'auth',
  'metadata',
  'event_types',
  'filter',
  'format',
  'propagate_trace',
  'public_key',
  'deactivated_reason',
  'deactivated_at',
  'created_at',
  'updated_at',
] as const satisfies (keyof typeof WEBHOOK_COLUMNS)[];

/** A row of such columns. */
export type RowOf<Columns extends Record<string, Column>> = {
  -readonly [Name in keyof Columns]:
    | ValueOf<Name, Columns[Name]>
    | (Columns[Name] extends { default: null } ? null : never);
};

type ValueOf<Name, Kind extends Column> = Kind extends { values: readonly (infer Value)[] }
  ? Value
  : Name extends keyof Documents
    ? Documents[Name]
    : Kind['type'] extends keyof Values
      ? Values[Kind['type']]
      : never;
