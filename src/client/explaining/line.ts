import type { Schemas } from '../api.ts';
import { explanation, type Explanation, type Known } from './explanation.ts';
import { count, several, timeWords, type Reader } from './time-words.ts';

/** What a delivery waits for that is behind others of its ordering key. */
export function lineWords({ delivery, webhook, line }: Known, reader: Reader): Explanation {
  const key = `\`${delivery.ordering_key ?? ''}\``;
  if (line?.blocked !== undefined) return blockedWords(line.blocked, reader);
  const headline = `It waits for its turn: an earlier delivery of its ordering key ${key} is not done.`;
  if (line?.first === undefined) return explanation(headline);
  const { first, ahead, more } = line;
  return explanation(headline, {
    facts: [
      more
        ? `At least ${count(ahead)} wait before it, ${first.id} among them.`
        : `${several(ahead, 'delivery waits', 'deliveries wait')} before it. The first one is ${first.id}.`,
      ...firstFacts(first, reader),
    ],
    advice: [
      `Look at ${first.id}: what keeps it keeps this one too.`,
      ...(webhook?.ordering_on_failure === 'block'
        ? []
        : ['If it fails for good, the key goes on with the next one.']),
    ],
  });
}

function firstFacts(
  { held_reason, delivery_attempts, scheduled_at }: Schemas['Delivery'],
  reader: Reader,
) {
  if (held_reason !== null && held_reason !== 'ordered')
    return [`That one is held back (\`${held_reason}\`).`];
  return delivery_attempts === 0
    ? []
    : [
        `That one has had ${several(delivery_attempts, 'attempt')}; its next one is due at ${timeWords(scheduled_at, reader)}.`,
      ];
}

function blockedWords(blocked: Schemas['BlockedOrderingKey'], reader: Reader): Explanation {
  const { ordering_key, delivery_id, blocked_since, waiting } = blocked;
  return explanation(
    `It waits because its ordering key \`${ordering_key}\` stands still: delivery ${delivery_id} of it has failed.`,
    {
      facts: [
        `The key has stood still since ${timeWords(blocked_since, reader)}, and ${several(waiting, 'delivery waits', 'deliveries wait')}. Its webhook asks for that (\`ordering_on_failure: block\`).`,
      ],
      advice: [
        `Look at ${delivery_id}. Redeliver it when the reason is repaired, or skip it: either lets the key go on.`,
      ],
      actions: ['skip'],
    },
  );
}
