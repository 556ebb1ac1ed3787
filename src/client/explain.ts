import { endedWords } from './explaining/ended.ts';
import { explanation, type Explanation, type Known } from './explaining/explanation.ts';
import { heldWords } from './explaining/held.ts';
import { pendingWords } from './explaining/pending.ts';
import type { Reader } from './explaining/time-words.ts';

/**
 * Says in plain words why a delivery has arrived, waits, or has failed, and what somebody may do
 * about it. `reader` has the time of the reader, and writes times as they read them.
 */
export function explainDelivery(known: Known, reader: Reader): Explanation {
  const { delivery, webhook } = known;
  if (delivery.status !== 'pending') return endedWords(known, reader);
  if (webhook === undefined)
    return explanation('It is not sent any more: its webhook is deleted.', {
      facts: ['A deleted webhook takes its deliveries with it, in small steps.'],
    });
  return delivery.held_reason === null
    ? pendingWords({ ...known, webhook }, reader)
    : heldWords({ ...known, webhook }, delivery.held_reason, reader);
}
