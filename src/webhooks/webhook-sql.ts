import { requestSettingsSql } from './request/request-settings.ts';
import { NOT_FOR_SENDING, SETTING_COLUMNS, WEBHOOK_COLUMNS } from './webhook-columns.ts';
import type { StoredSendingWebhook, Webhook, WebhookSettings } from './webhook.ts';

const columns = Object.keys(WEBHOOK_COLUMNS) as (keyof Webhook)[];
const settings = Object.keys(SETTING_COLUMNS) as (keyof WebhookSettings)[];

/** All columns of a webhook: `id, name, url, …`. */
export const COLUMNS = columns.join(', ');

/** The columns that its owner decides: `name, url, …`. */
export const SETTINGS = settings.join(', ');

/** The parameters of a statement for `SETTINGS`: `$2, $3, …`, where `$1` is the webhook's id. */
export const SETTING_PARAMETERS = settings.map(parameterOf).join(', ');

/** The two parameters behind `SETTING_PARAMETERS`. */
export const BEHIND_SETTINGS = [`$${settings.length + 2}`, `$${settings.length + 3}`] as const;

/** The one among `SETTING_PARAMETERS` that is for this setting. */
export function parameterOf(name: keyof WebhookSettings): string {
  return `$${settings.indexOf(name) + 2}`;
}

/** The values for `SETTING_PARAMETERS`. */
export function settingValues(given: WebhookSettings): unknown[] {
  return settings.map((name) => given[name]);
}

/**
 * For every statement that changes settings or secrets. No two versions have the same time, also
 * where the transaction that began first is the last to get the row, or where the clock of the
 * database is set back.
 */
export const NEXT_VERSION = "updated_at = greatest(now(), updated_at + interval '1 microsecond')";

/** A row of a statement that selects `webhookColumns`. */
export type JoinedWebhook = {
  [Name in keyof StoredSendingWebhook as `webhook.${Name}`]: StoredSendingWebhook[Name];
};

const plain = columns.filter((name): name is Exclude<keyof StoredSendingWebhook, 'request'> =>
  (NOT_FOR_SENDING as readonly string[]).every((other) => other !== name),
);
const sending: (keyof StoredSendingWebhook)[] = [...plain, 'request'];

/**
 * The columns of a webhook that a worker needs, for a statement that joins webhooks as `alias`,
 * under names that no other table has: `w.id as "webhook.id", w.url as "webhook.url", …`.
 * `webhookOf` reads them.
 */
export function webhookColumns(alias: string): string {
  const named = plain.map((name) => `${alias}.${name} as "webhook.${name}"`);
  return [...named, `${requestSettingsSql(alias)} as "webhook.request"`].join(', ');
}

/** The webhook of a joined row. */
export function webhookOf(row: JoinedWebhook): StoredSendingWebhook {
  return Object.fromEntries(
    sending.map((name) => [name, row[`webhook.${name}`]]),
  ) as StoredSendingWebhook;
}

/**
 * The condition that the `webhook_id` of a row is not that of a webhook that is being deleted. In
 * this form the planner does not guess how many rows it leaves: with one webhook in its statistics
 * it took them to be none, and read and sorted the whole table for a page of a list.
 */
export const OF_VISIBLE_WEBHOOK = `
  case when webhook_id = any (array(select id from webhooks where deleted_at is not null))
    then false else true end`;
