import { withBurst, type GivenRateLimit } from './limits/rate-limit.ts';
import { authOf, type GivenAuth } from './request/auth/auth.ts';
import { withKeptSecret, withKeptValues } from './request/kept.ts';
import type { RequestSettings, StoredRequestSettings } from './request/request-settings.ts';
import {
  SETTING_COLUMNS,
  type Column,
  type NOT_FOR_SENDING,
  type RowOf,
  type WEBHOOK_COLUMNS,
} from './webhook-columns.ts';

/** A registered receiver. */
export type Webhook = RowOf<typeof WEBHOOK_COLUMNS>;

/** What of it a worker needs. `request` is null where its requests have only defaults. */
export type SendingWebhook = Omit<Webhook, (typeof NOT_FOR_SENDING)[number]> & {
  request: RequestSettings | null;
};

/** The same as it is read: its secrets may be encrypted, and nothing can be sent with it yet. */
export type StoredSendingWebhook = Omit<SendingWebhook, 'request'> & {
  request: StoredRequestSettings | null;
};

/** What its owner decides. */
export type WebhookSettings = RowOf<typeof SETTING_COLUMNS>;

type Setting = keyof WebhookSettings;

/** The settings that have a default. */
type Optional = {
  [Name in Setting]: (typeof SETTING_COLUMNS)[Name] extends { default: unknown } ? Name : never;
}[Setting];

/** The settings as a client gives them: those with a default may be missing or null. */
export type GivenSettings = Omit<WebhookSettings, Optional> & {
  [Name in Exclude<Optional, 'rate_limit' | 'auth'>]?: WebhookSettings[Name] | null | undefined;
} & { rate_limit?: GivenRateLimit | null | undefined; auth?: GivenAuth | null | undefined };

/** Complete but for what a client may leave out of the value of a setting. */
type Unfinished = Omit<WebhookSettings, 'rate_limit' | 'auth'> & {
  rate_limit: GivenRateLimit | null;
  auth: GivenAuth | null;
};

/** The settings of a new webhook: what a client gave, and the defaults of what it did not give. */
export function settingsOf(given: GivenSettings): WebhookSettings {
  return settingsAfter({}, given);
}

/**
 * The settings that replace those of `before`. One that the client left out keeps its value where
 * version 2.1 did not have it, and gets its default otherwise; one that is null gets its default.
 * A secret that the client read as a mask and gives back keeps its value.
 */
export function settingsAfter(
  before: Partial<WebhookSettings>,
  given: GivenSettings,
): WebhookSettings {
  const settings = Object.entries<Column>(SETTING_COLUMNS).map(([key, column]) => {
    const name = key as Setting;
    const value = column.keep && given[name] === undefined ? before[name] : given[name];
    return [name, value ?? column.default];
  });
  const all = Object.fromEntries(settings) as Unfinished;
  return {
    ...all,
    rate_limit: all.rate_limit && withBurst(all.rate_limit),
    headers: withKeptValues(all.headers, before.headers),
    auth: all.auth && withKeptSecret(authOf(all.auth), before.auth),
  };
}

export class WebhookNotFound extends Error {
  override name = 'WebhookNotFound';
}
