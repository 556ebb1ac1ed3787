import type { Auth } from './auth/auth.ts';
import type { Format } from './format.ts';
import type { Signature } from './signing/signatures.ts';

/**
 * What decides about the requests of a webhook beside what version 2.1 had. A webhook that uses
 * nothing of it has none, and costs a worker nothing more to read.
 */
export type RequestSettings = {
  signatures: Signature[];
  /** Names as they are sent, with their values. */
  headers: Record<string, string>;
  auth: Auth | null;
  format: Format;
  propagate_trace: boolean;
  /** The private key of Ed25519 signatures, `whsk_…`. */
  signing_key: string | null;
  /** Secrets that were replaced and still sign, the newest first; null: none. */
  old_secrets: OldSigningSecret[] | null;
  /** Nothing of it is encrypted, as `openedForSending` has opened what was. */
  sealed: null;
};

/**
 * The same as it is read. `sealed`: what is secret of it, and secret_token, encrypted; null:
 * nothing is.
 */
export type StoredRequestSettings = Omit<RequestSettings, 'sealed'> & { sealed: string | null };

/** `hub`: the one header that can hold only one signature is made with this secret. */
export type OldSigningSecret = {
  id: string;
  secret_token: string;
  signing_key: string | null;
  hub: boolean;
  sealed: string | null;
  /** The time until it ends, in milliseconds, when the webhook was read. */
  endsInMs: number;
};

/**
 * The `StoredRequestSettings` of a row of webhooks, as an expression of SQL: null where it has only
 * defaults. It is one column, since each column more costs a worker that reads 16 claims.
 */
export const requestSettingsSql = (webhook: string) => `case
  when ${webhook}.signatures = '{hub}' and ${webhook}.headers = '{}' and ${webhook}.auth is null
    and ${webhook}.format = 'raw' and not ${webhook}.propagate_trace
    and ${webhook}.sealed is null and ${webhook}.old_secrets_until is null then null
  else jsonb_build_object('signatures', ${webhook}.signatures, 'headers', ${webhook}.headers,
    'auth', ${webhook}.auth, 'format', ${webhook}.format,
    'propagate_trace', ${webhook}.propagate_trace,
    'signing_key', ${webhook}.signing_key, 'sealed', ${webhook}.sealed,
    'old_secrets', case when ${webhook}.old_secrets_until > now() then (
      select jsonb_agg(jsonb_build_object('id', old.id, 'secret_token', old.secret_token,
        'signing_key', old.signing_key, 'hub', old.hub, 'sealed', old.sealed,
        'endsInMs', extract(epoch from old.expires_at - now()) * 1000)
        order by old.replaced_at desc)
      from webhook_secrets old
      where old.webhook_id = ${webhook}.id and old.expires_at > now()) end)
end`;
