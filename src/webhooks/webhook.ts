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
  [Name in Optional]?: WebhookSettings[Name] | null;
};

/** The settings out of what a client gave, with the defaults of those that it did not give. */
export function settingsOf(given: GivenSettings): WebhookSettings {
  const settings = Object.entries<Column>(SETTING_COLUMNS).map(([name, column]) => [
    name,
    given[name as Setting] ?? column.default,
  ]);
  return Object.fromEntries(settings) as WebhookSettings;
}

export class WebhookNotFound extends Error {
  override name = 'WebhookNotFound';
}
