import { withBurst, type GivenRateLimit } from './rate-limit.ts';
import {
  SETTING_COLUMNS,
  type Column,
  type RowOf,
  type WEBHOOK_COLUMNS,
} from './webhook-columns.ts';

/** A registered receiver. */
export type Webhook = RowOf<typeof WEBHOOK_COLUMNS>;

/** What its owner decides. */
export type WebhookSettings = RowOf<typeof SETTING_COLUMNS>;

type Setting = keyof WebhookSettings;

/** The settings that have a default. */
type Optional = {
  [Name in Setting]: (typeof SETTING_COLUMNS)[Name] extends { default: unknown } ? Name : never;
}[Setting];

/** The settings as a client gives them: those with a default may be missing or null. */
export type GivenSettings = Omit<WebhookSettings, Optional> & {
  [Name in Exclude<Optional, 'rate_limit'>]?: WebhookSettings[Name] | null | undefined;
} & { rate_limit?: GivenRateLimit | null | undefined };

/** The settings out of what a client gave, with the defaults of those that it did not give. */
export function settingsOf(given: GivenSettings): WebhookSettings {
  const { rate_limit: limit } = given;
  const complete = { ...given, rate_limit: limit ? withBurst(limit) : null };
  const settings = Object.entries<Column>(SETTING_COLUMNS).map(([name, column]) => [
    name,
    complete[name as Setting] ?? column.default,
  ]);
  return Object.fromEntries(settings) as WebhookSettings;
}

export class WebhookNotFound extends Error {
  override name = 'WebhookNotFound';
}
