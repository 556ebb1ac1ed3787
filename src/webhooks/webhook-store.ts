import { withNames } from '../database/named-parameters.ts';
import { CREATED_BETWEEN, pageValues, type Page } from '../database/page.ts';
import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import {
  COLUMNS,
  NEXT_VERSION,
  parameterOf,
  SETTING_PARAMETERS,
  settingValues,
  SETTINGS,
} from './webhook-sql.ts';
import type { SigningPair } from './request/ed25519.ts';
import type { Webhook, WebhookSettings } from './webhook.ts';
import type { Limits } from './limits/window.ts';

export async function insertWebhook(
  tx: Tx,
  id: string,
  settings: WebhookSettings,
): Promise<Webhook> {
  const { rows } = await tx.query<Webhook>(
    `insert into webhooks (id, ${SETTINGS}, created_at, updated_at)
     values ($1, ${SETTING_PARAMETERS}, now(), now())
     returning ${COLUMNS}`,
    [id, ...settingValues(settings)],
  );
  return rows[0] as Webhook;
}

/**
 * Replaces every setting. A webhook that is active has no reason for its deactivation. Undefined:
 * no such webhook.
 */
export async function replaceWebhook(
  tx: Tx,
  id: string,
  settings: WebhookSettings,
): Promise<Webhook | undefined> {
  const { rows } = await tx.query<Webhook>(
    `update webhooks
     set (${SETTINGS}) = row (${SETTING_PARAMETERS}), ${NEXT_VERSION},
       deactivated_reason = case when not ${parameterOf('active')} then deactivated_reason end,
       deactivated_at = case when not ${parameterOf('active')} then deactivated_at end
     where id = $1 and deleted_at is null
     returning ${COLUMNS}`,
    [id, ...settingValues(settings)],
  );
  return rows[0];
}

/** Gives a webhook the keys of its Ed25519 signatures, in place of those that it may have. */
export async function setSigningPair(
  tx: Tx,
  id: string,
  { signing_key, public_key }: SigningPair,
): Promise<Webhook> {
  const { rows } = await tx.query<Webhook>(
    `update webhooks
     set signing_key = $2, public_key = $3
     where id = $1
     returning ${COLUMNS}`,
    [id, signing_key, public_key],
  );
  return rows[0] as Webhook;
}

/**
 * The webhook as it is now. Nobody else changes it until the transaction ends, but deliveries for
 * it are accepted. Its row of webhook_states may be locked after it, never before.
 */
export async function lockWebhook(tx: Tx, id: string): Promise<Webhook | undefined> {
  const { rows } = await tx.query<Webhook>(
    `select ${COLUMNS}
     from webhooks
     where id = $1 and deleted_at is null
     for no key update`,
    [id],
  );
  return rows[0];
}

export async function findWebhook(db: Queryable, id: string): Promise<Webhook | undefined> {
  return (await findWebhooks(db, [id]))[0];
}

/** Those of `ids` that exist, in no order. */
async function findWebhooks(db: Queryable, ids: string[]): Promise<Webhook[]> {
  const { rows } = await db.query<Webhook>(
    `select ${COLUMNS}
     from webhooks
     where id = any ($1::uuid[]) and deleted_at is null`,
    [ids],
  );
  return rows;
}

/** By name. */
export async function listWebhooks(
  db: Queryable,
  { active }: { active?: boolean | undefined },
  page: Page,
): Promise<Webhook[]> {
  const { rows } = await db.query<Webhook>(
    ...withNames(
      `select ${COLUMNS}
       from webhooks
       where deleted_at is null
         and ($active::boolean is null or active = $active)
         and ${CREATED_BETWEEN}
       order by name, id
       limit $limit offset $offset`,
      { active, ...pageValues(page) },
    ),
  );
  return rows;
}

/** From here on nobody sees the webhook; its deliveries go in steps. False: no such webhook. */
export async function hideWebhook(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update webhooks set deleted_at = now() where id = $1 and deleted_at is null',
    [id],
  );
  return rowCount === 1;
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
