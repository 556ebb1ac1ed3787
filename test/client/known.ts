import type { Schemas } from '../../src/client/api.ts';
import type { Reader } from '../../src/client/explaining/time-words.ts';

/** Parts of what the API answers, for tests of what is said about them. */

/** It is noon in a country without surprises. */
export const reader: Reader = {
  now: new Date('2026-11-26T12:00:00Z'),
  time: (at) => at.toISOString().slice(11, 19),
};

export const delivery = (changes: Partial<Schemas['Delivery']> = {}): Schemas['Delivery'] => ({
  id: 'b81d7e09-2f64-4c3b-a5d8-907e1c6f3b24',
  webhook_id: '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10',
  payload: '{}',
  scheduled_at: '2026-11-26T11:00:00.000000Z',
  delivery_attempts: 0,
  budget_used: changes.delivery_attempts ?? 0,
  redeliveries: 0,
  status: 'pending',
  held_reason: null,
  ordering_key: null,
  sequence: null,
  failed_reason: null,
  send_at: null,
  expires_at: null,
  test: false,
  metadata: {},
  event_id: null,
  traceparent: null,
  payload_removed_at: null,
  created_at: '2026-11-26T11:00:00.000000Z',
  updated_at: '2026-11-26T11:00:00.000000Z',
  ...changes,
});

export const health = (
  changes: Partial<Schemas['WebhookHealth']> = {},
): Schemas['WebhookHealth'] => ({
  state: 'healthy',
  consecutive_failures: 0,
  failing_since: null,
  last_success_at: null,
  last_failure_at: null,
  paused_until: null,
  held: 0,
  ...changes,
});

export const webhook = (changes: Partial<Schemas['Webhook']> = {}): Schemas['Webhook'] => ({
  id: '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10',
  name: 'Orders',
  url: 'https://example.com/hook',
  content_type: 'application/json',
  valid_status_codes: [200],
  secret_token: '***',
  active: true,
  max_delivery_attempts: 5,
  delivery_attempt_timeout: 5,
  retry_min_backoff: 10,
  retry_max_backoff: 60,
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
  public_key: null,
  deactivated_reason: null,
  deactivated_at: null,
  health: health(),
  created_at: '2026-11-26T10:00:00.000000Z',
  updated_at: '2026-11-26T10:00:00.000000Z',
  ...changes,
});

/** A failed attempt, unless `changes` say otherwise. */
export const attempt = (
  changes: Partial<Schemas['DeliveryAttempt']> = {},
): Schemas['DeliveryAttempt'] => ({
  id: 'c27e94f5-6b1d-4a80-8e3f-14d9b0a7c658',
  webhook_id: '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10',
  delivery_id: 'b81d7e09-2f64-4c3b-a5d8-907e1c6f3b24',
  raw_request: '',
  raw_response: '',
  response_status_code: 500,
  execution_duration: 12,
  success: false,
  probe: false,
  error: '',
  created_at: '2026-11-26T11:59:00.000000Z',
  ...changes,
});
