import { NOT_FOR_SENDING } from '../../src/webhooks/webhook-columns.ts';
import {
  settingsOf,
  type SendingWebhook,
  type Webhook,
  type WebhookSettings,
} from '../../src/webhooks/webhook.ts';

/**
 * What a webhook of a test is given where the test does not say otherwise: fields that every
 * version knows. Nobody listens at its URL.
 */
export const GIVEN = {
  name: 'a webhook',
  url: 'http://127.0.0.1:9/never',
  content_type: 'application/json',
  valid_status_codes: [200],
  secret_token: 'my-secret-token',
  active: true,
  max_delivery_attempts: 3,
  delivery_attempt_timeout: 5,
  retry_min_backoff: 1,
  retry_max_backoff: 2,
};

/** What settings that version 2.1 did not have are where nobody gives them. */
export const LATER_DEFAULTS = {
  max_concurrency: null,
  rate_limit: null,
  retry_schedule: null,
  retry_jitter: 0,
  honor_retry_after: false,
  on_gone: 'retry',
  on_failing: 'retry',
  failing_after: { attempts: 5, seconds: 60 },
  deactivate_after: null,
  max_delivery_age: null,
  ordering_on_failure: 'continue',
  signatures: ['hub'],
  headers: {},
  auth: null,
  metadata: {},
  event_types: null,
  filter: null,
  format: 'raw',
  propagate_trace: false,
} as const satisfies Partial<WebhookSettings>;

/** Where CloudEvents of tests say that they come from. */
export const EVENT_SOURCE = '/postmand';

/** All that such a webhook has. */
export const SETTINGS = settingsOf(GIVEN);

/** A webhook that is in no database. */
export function webhookOf(id: string, change: Partial<Webhook> = {}): Webhook & SendingWebhook {
  return {
    id,
    ...SETTINGS,
    request: null,
    public_key: null,
    deactivated_reason: null,
    deactivated_at: null,
    created_at: '2026-01-01T00:00:00.000000Z',
    updated_at: '2026-01-01T00:00:00.000000Z',
    ...change,
  };
}

/** What a worker reads of a webhook whose requests have only defaults. */
export function sendingOf(webhook: Webhook): SendingWebhook {
  const left: readonly string[] = NOT_FOR_SENDING;
  const plain = Object.entries(webhook).filter(([name]) => !left.includes(name));
  return { ...Object.fromEntries(plain), request: null } as SendingWebhook;
}
