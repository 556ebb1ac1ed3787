/**
 * What operators are told. Members of `data` are named as the API's fields; times are RFC 3339
 * text. Where an alarm is about a webhook, whoever raises it adds its id and name in front.
 */
export type Alarm = { webhookId: string | null } & (
  | { type: 'webhook.failing'; data: Failing }
  | { type: 'webhook.recovered'; data: { failing_since: string | null } }
  | { type: 'webhook.deactivated'; data: Deactivated }
  | { type: 'delivery.failed'; data: Failed }
  | { type: 'ordering_key.blocked'; data: Blocked }
  | { type: 'operation.finished'; data: Finished }
  | { type: 'certificate.expiring'; data: Expiring }
  | { type: 'queue.behind'; data: Behind }
);

/** `held`: its deliveries wait from now on. */
type Failing = {
  held: boolean;
  consecutive_failures: number;
  failures_since: string | null;
  last_attempt: LastAttempt | null;
};

type Deactivated = { deactivated_reason: 'gone' | 'failing'; last_attempt: LastAttempt | null };

/** `count`: so many deliveries, of which `deliveries` are the first ones. */
type Failed = {
  count: number;
  reasons: Record<string, number>;
  first_failed_at: string;
  last_failed_at: string;
  deliveries: FailedDelivery[];
};

/** With its last attempt; null, where it had none. */
type FailedDelivery = {
  delivery_id: string;
  failed_reason: string;
  response_status_code: number | null;
  error: string | null;
};

/** `delivery_id` has failed, and stands in the way of the others of its key. */
type Blocked = { ordering_key: string; delivery_id: string; failed_reason: string };

type Finished = {
  operation_id: string;
  kind: string;
  state: string;
  matched: number | null;
  done: number;
  skipped: number;
  error: string | null;
};

type Expiring = { subject: string; expires_at: string; days_left: number; expired: boolean };

/**
 * `count`: so many webhooks, of which `webhooks` are the first ones. `oldest_due_at`: the delivery
 * that made one late was due then.
 */
type Behind = {
  state: 'behind' | 'caught_up';
  count: number;
  webhooks: { webhook_id: string; webhook_name: string; oldest_due_at: string }[];
};

/** `response_status_code` is 0 where there was no response, and `error` says why. */
export type LastAttempt = { delivery_id: string; response_status_code: number; error: string };

/** Of an error an alarm has so many characters: what is longer is read with the attempt. */
const ERROR_LENGTH = 500;

/** The moment so many seconds after the beginning of 1970. */
export function timeOfSeconds(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}

export function lastAttemptOf(attempt: LastAttempt): LastAttempt {
  const { delivery_id, response_status_code, error } = attempt;
  return { delivery_id, response_status_code, error: error.slice(0, ERROR_LENGTH) };
}
