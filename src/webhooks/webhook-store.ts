import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import {
  openedWebhook,
  secretValues,
  SET_SECRETS,
  storedSecrets,
  type VaultDb,
  type VaultTx,
  type WebhookSecrets,
} from './secrets/row-secrets.ts';
import { lockSecrets } from './secrets/secret-store.ts';
import {
  BEHIND_SETTINGS,
  COLUMNS,
  NEXT_VERSION,
  parameterOf,
  SETTING_PARAMETERS,
  settingValues,
  SETTINGS,
} from './webhook-sql.ts';
import type { Metadata } from './metadata.ts';
import type { SigningPair } from './request/signing/ed25519.ts';
import type { Webhook, WebhookSettings } from './webhook.ts';
import type { Limits } from './limits/window.ts';

/** A row of `STORED`: a webhook whose secrets may be encrypted. */
export type StoredWebhook = Webhook & { sealed: string | null };

/** The columns of a webhook, with what its secrets are encrypted in. */
export const STORED = `${COLUMNS}, sealed`;

export async function insertWebhook(
  { tx, vault }: VaultTx,
  id: string,
  settings: WebhookSettings,
): Promise<Webhook> {
  const stored = storedSecrets(vault, id, { ...settings, signing_key: null });
  const { rows } = await tx.query<StoredWebhook>(
    `insert into webhooks (id, ${SETTINGS}, sealed, created_at, updated_at)
     values ($1, ${SETTING_PARAMETERS}, ${BEHIND_SETTINGS[0]}, now(), now())
     returning ${STORED}`,
    [id, ...settingValues({ ...settings, ...stored }), stored.sealed],
  );
  return openedWebhook(vault, rows[0] as StoredWebhook);
}

/**
 * Replaces every setting. A webhook that is active has no reason for its deactivation. Undefined:
 * no such webhook. @throws SecretsLocked
 */
export async function replaceWebhook(
  { tx, vault }: VaultTx,
  id: string,
  settings: WebhookSettings,
): Promise<Webhook | undefined> {
  const before = await lockSecrets({ tx, vault }, id);
  if (before === undefined) return undefined;
  const stored = storedSecrets(vault, id, { ...before, ...settings });
  const { rows } = await tx.query<StoredWebhook>(
    `update webhooks
     set (${SETTINGS}) = row (${SETTING_PARAMETERS}), ${NEXT_VERSION},
       sealed = ${BEHIND_SETTINGS[0]}, signing_key = ${BEHIND_SETTINGS[1]},
       deactivated_reason = case when not ${parameterOf('active')} then deactivated_reason end,
       deactivated_at = case when not ${parameterOf('active')} then deactivated_at end
     where id = $1 and deleted_at is null
     returning ${STORED}`,
    [id, ...settingValues({ ...settings, ...stored }), stored.sealed, stored.signing_key],
  );
  return rows[0] && openedWebhook(vault, rows[0]);
}

/**
 * Gives a webhook the keys of its Ed25519 signatures, in place of those that it may have.
 * @throws SecretsLocked
 */
export async function setSigningPair(
  { tx, vault }: VaultTx,
  id: string,
  { signing_key, public_key }: SigningPair,
): Promise<Webhook> {
  const before = (await lockSecrets({ tx, vault }, id)) as WebhookSecrets;
  const stored = storedSecrets(vault, id, { ...before, signing_key });
  const { rows } = await tx.query<StoredWebhook>(
    `update webhooks
     set ${SET_SECRETS}, public_key = $7
     where id = $1
     returning ${STORED}`,
    [id, ...secretValues(stored), public_key],
  );
  return openedWebhook(vault, rows[0] as StoredWebhook);
}

/**
 * The webhook as it is now. Nobody else changes it until the transaction ends, but deliveries for
 * it are accepted. Its row of webhook_states may be locked after it, never before.
 * @throws SecretsLocked
 */
export async function lockWebhook(
  { tx, vault }: VaultTx,
  id: string,
): Promise<Webhook | undefined> {
  const { rows } = await tx.query<StoredWebhook>(
    `select ${STORED}
     from webhooks
     where id = $1 and deleted_at is null
     for no key update`,
    [id],
  );
  return rows[0] && openedWebhook(vault, rows[0]);
}

/** @throws SecretsLocked */
export async function findWebhook(
  { db, vault }: VaultDb,
  id: string,
): Promise<Webhook | undefined> {
  const { rows } = await db.query<StoredWebhook>(
    `select ${STORED}
     from webhooks
     where id = $1 and deleted_at is null`,
    [id],
  );
  return rows[0] && openedWebhook(vault, rows[0]);
}

/** Whether there is such a webhook, whatever its secrets. */
export async function hasWebhook(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('select from webhooks where id = $1 and deleted_at is null', [
    id,
  ]);
  return rowCount === 1;
}

/** From here on nobody sees the webhook; its deliveries go in steps. False: no such webhook. */
export async function hideWebhook(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update webhooks set deleted_at = now() where id = $1 and deleted_at is null',
    [id],
  );
  return rowCount === 1;
}

/**
 * The first webhook behind `after` in the order of ids, or the first of all, that carries these
 * pairs and was created up to `until`; undefined: there is none. One that is being removed counts.
 */
export async function nextCarryingWebhook(
  db: Queryable,
  { metadata, until }: { metadata: Metadata; until: string },
  after: string | null,
): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `select id from webhooks
     where metadata @> $1::jsonb and created_at <= $2 and ($3::uuid is null or id > $3)
     order by id limit 1`,
    [JSON.stringify(metadata), until, after],
  );
  return rows[0]?.id;
}

/** As an expression of SQL: `hiddenWebhookIds` would find one. */
export const IS_WEBHOOK_HIDDEN = 'exists (select from webhooks where deleted_at is not null)';

/** The webhooks that are hidden and not yet gone, in the order of their deletion. */
export async function hiddenWebhookIds(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    'select id from webhooks where deleted_at is not null order by deleted_at, id',
  );
  return rows.map(({ id }) => id);
}

/** What webhooks allow in all workers together. Those without limits are left out. */
export async function findLimits(db: Queryable, ids: string[]): Promise<Map<string, Limits>> {
  const { rows } = await db.query<Limits & { id: string }>(
    `select id, max_concurrency, rate_limit from webhooks
     where id = any ($1::uuid[]) and (max_concurrency is not null or rate_limit is not null)`,
    [ids],
  );
  return new Map(rows.map(({ id, ...limits }) => [id, limits]));
}
