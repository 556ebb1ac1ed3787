/** What the pool makes of a value of each type. */
type Values = {
  uuid: string;
  varchar: string;
  boolean: boolean;
  integer: number;
  'integer[]': number[];
  timestamptz: string;
};

/**
 * A column by its type in PostgreSQL. One with a default may be left out by a client, or be null:
 * it then gets the default. A column whose default is null may be null.
 */
export type Column = { type: keyof Values; default?: unknown };

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
} as const satisfies Record<string, Column>;

/** What the API shows of a webhook, in its order. Times are RFC 3339 text. */
export const WEBHOOK_COLUMNS = {
  id: { type: 'uuid' },
  ...SETTING_COLUMNS,
  created_at: { type: 'timestamptz' },
  updated_at: { type: 'timestamptz' },
} as const satisfies Record<string, Column>;

/** A row of such columns. */
export type RowOf<Columns extends Record<string, Column>> = {
  -readonly [Name in keyof Columns]:
    | Values[Columns[Name]['type']]
    | (Columns[Name] extends { default: null } ? null : never);
};
