import type { Schemas } from '../api.ts';
import { attemptWords } from './attempt.ts';
import { explanation, type Explanation, type Known } from './explanation.ts';
import { expiryOf, failureAdvice, latestFailure, triedFacts } from './facts.ts';
import { several, span, timeWords, type Reader } from './time-words.ts';

/** What became of a delivery that has ended. */
export function endedWords(known: Known, reader: Reader): Explanation {
  const { delivery } = known;
  if (delivery.status === 'succeeded') return arrived(known, reader);
  const words = FAILED[delivery.failed_reason ?? 'attempts'](known, reader);
  return withRedelivery(words, delivery);
}

function arrived({ delivery, attempts }: Known, reader: Reader): Explanation {
  const [latest, ...before] = attempts;
  const total = several(delivery.delivery_attempts, 'attempt');
  if (latest === undefined)
    return explanation(`It has arrived, after ${total}.`, {
      facts: ['Its attempts are not kept any more.'],
    });
  const when = timeWords(latest.created_at, reader);
  const failure = before.find(({ success }) => !success);
  return explanation(
    `It has arrived, ${when}: the endpoint answered ${latest.response_status_code}.`,
    {
      facts: [
        `It took ${total}; the last one took ${latest.execution_duration} ms.`,
        ...(failure === undefined
          ? []
          : [`The attempt before failed because ${attemptWords(failure).why}.`]),
      ],
    },
  );
}

type Reason = NonNullable<Schemas['Delivery']['failed_reason']>;

/** Also for those that failed under a version that noted no reason. */
const FAILED: Record<Reason, (known: Known, reader: Reader) => Explanation> = {
  attempts: (known, reader) => {
    const { delivery } = known;
    const failure = latestFailure(known);
    const why = failure === undefined ? '' : ` because ${attemptWords(failure).why}`;
    const total = several(delivery.budget_used, 'attempt');
    const headline = delivery.test
      ? `The test has failed${why}.`
      : delivery.budget_used > 0
        ? `It has failed: it had ${total}, and the last one failed${why || ' too'}.`
        : 'It has failed: its webhook allowed no further attempt.';
    return explanation(headline, {
      facts: failure === undefined ? [] : [`That was ${timeWords(failure.created_at, reader)}.`],
      advice: failureAdvice(known),
    });
  },
  expired: (known, reader) => {
    const at = expiryOf(known.delivery, known.webhook);
    const when = at === undefined ? '' : `, ${timeWords(at, reader)}`;
    return explanation(`It has failed: its time ran out${when} before it could arrive.`, {
      facts: [ageFact(known), ...triedFacts(known, reader)],
      advice: [...failureAdvice(known), ageAdvice(known)],
    });
  },
  poison: (known, reader) =>
    explanation(
      'It has failed: the process that sent it ended with it, in the last attempt that it had.',
      {
        facts: triedFacts(known, reader),
        advice: [
          'Look at the attempt and at the log of the workers before you send this payload again, and report it.',
        ],
      },
    ),
  erased: (known, reader) =>
    explanation('It has failed: an erasure removed its payload before it was sent.', {
      facts: triedFacts(known, reader),
    }),
};

const ageFact = ({ delivery, webhook }: Known) =>
  delivery.expires_at === null && webhook?.max_delivery_age
    ? `Its webhook gives deliveries up after ${span(webhook.max_delivery_age * 1000)} (\`max_delivery_age\`). The next attempt would have been too late.`
    : 'No attempt begins after its `expires_at`, or when the next one would be too late.';

const ageAdvice = ({ delivery }: Known) =>
  delivery.expires_at === null
    ? 'If that is too soon, raise `max_delivery_age` of the webhook.'
    : 'If that is too soon, create such deliveries with a later `expires_at`.';

/** It can be sent again, unless there is nothing to send. */
function withRedelivery(words: Explanation, delivery: Schemas['Delivery']): Explanation {
  const { facts, advice, actions } = words;
  if (delivery.test)
    return {
      ...words,
      facts: [...facts, 'A test has one attempt, and is not sent again.'],
      actions: ['test'],
    };
  if (delivery.payload_removed_at !== null)
    return {
      ...words,
      facts: [...facts, 'Its payload was removed, so it cannot be sent again.'],
    };
  return {
    ...words,
    advice: [...advice, 'When that is repaired, redeliver it: it gets all its attempts again.'],
    actions: [...actions, 'redeliver'],
  };
}
