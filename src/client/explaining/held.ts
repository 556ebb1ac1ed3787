import type { Schemas } from '../api.ts';
import { explanation, type Explanation, type Known } from './explanation.ts';
import { failureAdvice, pendingFacts } from './facts.ts';
import { lineWords } from './line.ts';
import { several, span, timeWords, type Reader } from './time-words.ts';
import { deactivatedFacts, lastSuccessFact } from './webhook-facts.ts';

type HeldReason = NonNullable<Schemas['Delivery']['held_reason']>;
export type KnownWithWebhook = Known & { webhook: Schemas['Webhook'] };

/** What a delivery waits for that is held back. */
export function heldWords(
  known: KnownWithWebhook,
  reason: HeldReason,
  reader: Reader,
): Explanation {
  const words = HELD[reason](known, reader);
  return { ...words, facts: [...words.facts, ...pendingFacts(known, reader)] };
}

const HELD: Record<HeldReason, (known: KnownWithWebhook, reader: Reader) => Explanation> = {
  webhook_inactive: ({ webhook }, reader) =>
    webhook.active
      ? released('inactive')
      : explanation('It waits because its webhook is inactive.', {
          facts: deactivatedFacts(webhook, reader),
          advice: ['When the endpoint is ready, activate the webhook (`active: true`).'],
          actions: ['activate'],
        }),
  endpoint_failing: (known, reader) => {
    const { failing_since: since, state, consecutive_failures: failures } = known.webhook.health;
    if (state !== 'failing' || since === null) return released('failing');
    return explanation(
      `It waits because its endpoint has been failing since ${timeWords(since, reader)}.`,
      {
        facts: [
          `${several(failures, 'attempt')} in a row failed. One delivery at a time is tried, up to 5 minutes apart; when one arrives, the others follow. These probes use up no attempt.`,
          ...lastSuccessFact(known.webhook, reader),
        ],
        advice: [
          ...failureAdvice(known),
          'Repair the endpoint: what waits then goes out by itself. A test shows whether it answers.',
        ],
        actions: ['test'],
      },
    );
  },
  endpoint_paused: ({ webhook }, reader) => {
    const until = webhook.health.paused_until;
    if (until === null && webhook.health.state === 'healthy') return released('paused');
    return explanation(
      until === null
        ? 'It waits because its webhook is paused, until somebody resumes it.'
        : `It waits because its webhook is paused until ${timeWords(until, reader)}.`,
      {
        facts: webhook.honor_retry_after
          ? ['A client has paused it, or its endpoint asked for that (`Retry-After`).']
          : ['A client has paused it.'],
        advice: ['To send at once, resume the webhook.'],
        actions: ['resume'],
      },
    );
  },
  ordered: lineWords,
  imported: () =>
    explanation('It waits for its turn among the deliveries of a database that was taken over.', {
      advice: ['It goes out by itself, as long as a worker runs.'],
    }),
  scheduled: ({ delivery }, reader) =>
    explanation(
      `It is to be sent at ${timeWords(delivery.send_at ?? delivery.scheduled_at, reader)}, as its client asked (\`send_at\`).`,
    ),
};

/** The delivery was read before its webhook was. */
const released = (state: string): Explanation =>
  explanation(`It waited because its webhook was ${state}. That is over, and it goes out soon.`, {
    facts: [`What waited is sent within about ${span(1000)}, or more and more each second.`],
  });
