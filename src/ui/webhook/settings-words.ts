import type { Schemas } from '../../client/api.ts';
import { count, several, span } from '../../client/explaining/time-words.ts';
import { asRanges } from '../parts/ranges.ts';
import { eventWords } from './event-words.ts';
import { requestWords } from './request-words.ts';

type Webhook = Schemas['Webhook'];

export type Topic = { title: string; sentences: string[] };

/** The settings of a webhook in sentences, by what they are about. */
export function settingsInWords(webhook: Webhook): Topic[] {
  return [
    { title: 'What it gets', sentences: eventWords(webhook) },
    { title: 'Its requests', sentences: requestWords(webhook) },
    { title: 'Attempts', sentences: [successWords(webhook), ...retryWords(webhook)] },
    { title: 'Limits', sentences: limitWords(webhook) },
    { title: 'When the endpoint fails', sentences: failureWords(webhook) },
  ];
}

const seconds = (number: number) => span(number * 1000);

function successWords({ valid_status_codes, delivery_attempt_timeout }: Webhook): string {
  const codes = asRanges(valid_status_codes);
  return `An answer with status ${codes} within ${seconds(delivery_attempt_timeout)} counts as success.`;
}

function retryWords(webhook: Webhook): string[] {
  const { max_delivery_attempts: attempts, retry_jitter, max_delivery_age } = webhook;
  const words = [attempts === 1 ? 'One attempt, and no retry.' : attemptsWords(webhook)];
  if (attempts > 1 && retry_jitter > 0)
    words.push(`Chance makes each wait longer, by up to ${Math.round(retry_jitter * 100)} %.`);
  if (max_delivery_age !== null)
    words.push(
      `What has not arrived ${seconds(max_delivery_age)} after it was created is given up.`,
    );
  return words;
}

function attemptsWords(webhook: Webhook): string {
  const { max_delivery_attempts, retry_schedule, retry_min_backoff, retry_max_backoff } = webhook;
  const attempts = `Up to ${several(max_delivery_attempts, 'attempt')}`;
  if (retry_schedule !== null) {
    const waits = retry_schedule.map(seconds);
    return waits.length === 1
      ? `${attempts}, ${waits[0]} apart.`
      : `${attempts}, after waits of ${waits.join(', ')}; the last wait repeats.`;
  }
  if (retry_max_backoff <= retry_min_backoff)
    return `${attempts}, ${seconds(retry_max_backoff)} apart.`;
  return `${attempts}, ${seconds(retry_min_backoff)} to ${seconds(retry_max_backoff)} apart: each wait is twice the one before.`;
}

function limitWords({ max_concurrency, rate_limit }: Webhook): string[] {
  return [
    max_concurrency === null
      ? 'Each worker gives it its share of attempts at a time.'
      : `At most ${several(max_concurrency, 'attempt')} at a time, in all workers together.`,
    rate_limit === null
      ? 'Nothing limits how many attempts start in a time.'
      : `At most ${several(rate_limit.count, 'attempt')} in ${seconds(rate_limit.per_seconds)}, and ${count(rate_limit.burst)} at once.`,
  ];
}

function failureWords(webhook: Webhook): string[] {
  const { failing_after, on_failing, deactivate_after, honor_retry_after, on_gone } = webhook;
  return [
    `It is failing after ${several(failing_after.attempts, 'failed attempt')} in a row, and ${seconds(failing_after.seconds)} without success.`,
    on_failing === 'hold'
      ? 'Then its deliveries are held, and one at a time is tried.'
      : 'Then each delivery goes on with its own retries.',
    ...(deactivate_after === null
      ? []
      : [`After ${seconds(deactivate_after)} of failures alone it becomes inactive.`]),
    ...(honor_retry_after ? ['An answer 429 or 503 with Retry-After pauses it so long.'] : []),
    ...(on_gone === 'deactivate' ? ['An answer 410 makes it inactive.'] : []),
  ];
}
