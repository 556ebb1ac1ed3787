/**
 * A registered receiver. Named as the columns and as the API's fields; durations are in seconds.
 */
export type Webhook = WebhookSettings & { id: string; created_at: string; updated_at: string };

/** What its owner decides. */
export type WebhookSettings = {
  name: string;
  url: string;
  content_type: string;
  valid_status_codes: number[];
  /** Signs every request; empty: requests are not signed. */
  secret_token: string;
  active: boolean;
  max_delivery_attempts: number;
  delivery_attempt_timeout: number;
  retry_min_backoff: number;
  retry_max_backoff: number;
};

export class WebhookNotFound extends Error {
  override name = 'WebhookNotFound';
}
