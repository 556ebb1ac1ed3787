import type { Schemas } from '../api.ts';
import { attemptWords } from './attempt.ts';
import { explanation, type Explanation } from './explanation.ts';
import { failureAdvice, latestFailure, pendingFacts, retryFacts } from './facts.ts';
import type { KnownWithWebhook } from './held.ts';
import { ageMs, span, timeWords, type Reader } from './time-words.ts';
import { lastSuccessFact, limitFacts } from './webhook-facts.ts';

/** So long after it was due nobody need wonder, in milliseconds. */
const SOON_MS = 5000;
/** An attempt of the webhook within this time shows that a worker lives. */
const LATELY_MS = 120_000;

/** What a delivery waits for that nothing holds back. */
export function pendingWords(known: KnownWithWebhook, reader: Reader): Explanation {
  const lateMs = ageMs(known.delivery.scheduled_at, reader.now);
  const words = lateMs < 0 ? ahead(known, reader) : due(known, lateMs, reader);
  const facts = lateMs < 0 ? retryFacts(known, reader) : pendingFacts(known, reader);
  return { ...words, facts: [...words.facts, ...facts] };
}

function ahead(known: KnownWithWebhook, reader: Reader): Explanation {
  const { delivery, webhook } = known;
  const at = timeWords(delivery.scheduled_at, reader);
  if (delivery.delivery_attempts === 0) return explanation(`It is due at ${at}.`);
  const failure = latestFailure(known);
  const why = failure === undefined ? '' : `, as the last one failed: ${attemptWords(failure).why}`;
  return explanation(`It waits for its next attempt, due at ${at}${why}.`, {
    facts: webhook.health.state === 'failing' ? lastSuccessFact(webhook, reader) : [],
    advice: failureAdvice(known),
  });
}

function due(known: KnownWithWebhook, lateMs: number, reader: Reader): Explanation {
  const { webhook } = known;
  if (lateMs < SOON_MS)
    return explanation('It is due now, and will be sent in a moment, if a worker runs.');
  const mayTakeMs = webhook.delivery_attempt_timeout * 1000 + SOON_MS;
  if (lateMs < mayTakeMs)
    return explanation(
      `It has been due for ${span(lateMs)}. An attempt of it may be under way: it may take ${webhook.delivery_attempt_timeout} s.`,
    );
  return overdue(webhook, lateMs, reader);
}

function overdue(webhook: Schemas['Webhook'], lateMs: number, reader: Reader): Explanation {
  const headline = `It has been due for ${span(lateMs)}, and has not been sent`;
  const latest = latestAttemptAt(webhook);
  if (latest !== undefined && ageMs(latest, reader.now) < LATELY_MS)
    return explanation(`${headline}: its webhook is sent to, but others are before it.`, {
      facts: [
        `The latest known attempt of its webhook was ${timeWords(latest, reader)}.`,
        ...limitFacts(webhook),
      ],
      advice: [
        'See how many deliveries of the webhook are pending, and how long its attempts take. Slow answers and limits make a line; more workers, or higher limits, make it shorter.',
      ],
    });
  return explanation(`${headline}: probably no worker is running.`, {
    facts: [
      latest === undefined
        ? 'No attempt of its webhook is known.'
        : `The latest known attempt of its webhook was ${timeWords(latest, reader)}.`,
      ...limitFacts(webhook),
    ],
    advice: [
      'Start a worker (`postmand worker`), or look at the log of the one that should run. `postmand doctor`, with its settings, says what is wrong.',
    ],
  });
}

function latestAttemptAt({ health }: Schemas['Webhook']): string | undefined {
  const { last_success_at: success, last_failure_at: failure } = health;
  if (success === null || failure === null) return success ?? failure ?? undefined;
  return Date.parse(success) > Date.parse(failure) ? success : failure;
}
