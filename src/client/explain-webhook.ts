import type { Schemas } from './api.ts';
import { explanation, type Explanation } from './explaining/explanation.ts';
import { webhookWord, type WebhookWord } from './explaining/states.ts';
import { several, timeWords, type Reader } from './explaining/time-words.ts';
import { deactivatedFacts, lastSuccessFact } from './explaining/webhook-facts.ts';

type Webhook = Schemas['Webhook'];

/** The API counts no further. */
const COUNTED = 1000;

/** Says in plain words how it goes with a webhook, and what somebody may do about it. */
export function explainWebhook(webhook: Webhook, reader: Reader): Explanation {
  const words = STATES[webhookWord(webhook)](webhook, reader);
  return { ...words, facts: [...words.facts, ...heldFacts(webhook)] };
}

const STATES: Record<WebhookWord, (webhook: Webhook, reader: Reader) => Explanation> = {
  inactive: (webhook, reader) =>
    explanation('It is inactive: nothing is sent, and its deliveries wait.', {
      facts: deactivatedFacts(webhook, reader),
      advice: ['When the endpoint is ready, activate it (`active: true`).'],
      actions: ['activate'],
    }),
  failing: (webhook, reader) => {
    const { failing_since: since, consecutive_failures: failures } = webhook.health;
    const when = since === null ? '' : ` since ${timeWords(since, reader)}`;
    return explanation(
      `Its endpoint has been failing${when}: ${several(failures, 'attempt')} in a row failed.`,
      {
        facts: [
          ...lastSuccessFact(webhook, reader),
          webhook.on_failing === 'hold'
            ? 'Its deliveries wait, and one at a time is tried; when one arrives, the others follow (`on_failing: hold`).'
            : 'Each delivery goes on with its own retries, and fails when it has had all (`on_failing: retry`).',
        ],
        advice: ['Look at its latest attempts for the reason. A test shows whether it answers.'],
        actions: ['test'],
      },
    );
  },
  paused: ({ health }, reader) =>
    explanation(
      health.paused_until === null
        ? 'It is paused until somebody resumes it: nothing is sent, and its deliveries wait.'
        : `It is paused until ${timeWords(health.paused_until, reader)}: its deliveries wait.`,
      { advice: ['To send at once, resume it.'], actions: ['resume'] },
    ),
  recovering: () =>
    explanation('It is recovering: its endpoint answers again, and what waited is being sent.', {
      facts: ['More is sent each second. It is healthy after about ten seconds without a failure.'],
    }),
  healthy: (webhook, reader) => {
    const { last_success_at, last_failure_at, consecutive_failures: failures } = webhook.health;
    if (last_success_at === null && last_failure_at === null)
      return explanation('It is active, and no attempt of it is known yet.', {
        advice: ['A test shows whether its endpoint answers.'],
        actions: ['test'],
      });
    if (failures === 0)
      return explanation('It is healthy.', { facts: lastSuccessFact(webhook, reader) });
    return explanation(
      `It is healthy, but ${failures === 1 ? 'the last attempt' : `the last ${failures} attempts`} failed.`,
      { facts: lastSuccessFact(webhook, reader) },
    );
  },
};

function heldFacts({ health: { held } }: Webhook): string[] {
  if (held === 0) return [];
  return [
    held >= COUNTED
      ? '1,000 of its deliveries or more are held back.'
      : `${several(held, 'of its deliveries is', 'of its deliveries are')} held back.`,
  ];
}
