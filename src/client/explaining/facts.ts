import type { Schemas } from '../api.ts';
import { attemptWords } from './attempt.ts';
import type { Known } from './explanation.ts';
import { several, span, timeWords, type Reader } from './time-words.ts';

type Delivery = Schemas['Delivery'];
type Webhook = Schemas['Webhook'];

/** The latest attempt, where it is kept and has failed. */
export const latestFailure = ({ attempts: [latest] }: Known) =>
  latest === undefined || latest.success ? undefined : latest;

/** What was tried until now, and why the last try failed. */
export function triedFacts(known: Known, reader: Reader): string[] {
  const failure = latestFailure(known);
  if (failure === undefined) return budgetFacts(known);
  const when = timeWords(failure.created_at, reader);
  return [
    `The last attempt, ${when}, failed because ${attemptWords(failure).why}.`,
    ...budgetFacts(known),
  ];
}

function budgetFacts({ delivery, webhook }: Known): string[] {
  if (delivery.delivery_attempts === 0) return ['It has not been attempted yet.'];
  return [budgetFact(delivery, webhook)];
}

/** How many attempts it has had, and may have. */
function budgetFact({ delivery_attempts, budget_used, redeliveries }: Delivery, webhook?: Webhook) {
  const allowed = webhook?.max_delivery_attempts;
  const total = several(delivery_attempts, 'attempt');
  if (delivery_attempts === budget_used)
    return allowed === undefined ? `It has had ${total}.` : `It has had ${total} of ${allowed}.`;
  const since = redeliveries > 0 ? 'since it was redelivered, probes left out' : 'probes left out';
  const of = allowed === undefined ? '' : ` of ${allowed}`;
  return `It has had ${total}, and ${budget_used}${of} of those that count (${since}).`;
}

/** When it expires, where that is known. */
export function expiryOf(delivery: Delivery, webhook: Webhook | undefined): string | undefined {
  const { expires_at, send_at, created_at, redeliveries } = delivery;
  const age = webhook?.max_delivery_age ?? null;
  // The age counts from a redelivery, whose time is not told.
  if (age === null || redeliveries > 0) return expires_at ?? undefined;
  const old = new Date(Date.parse(send_at ?? created_at) + age * 1000).toISOString();
  return expires_at !== null && Date.parse(expires_at) < Date.parse(old) ? expires_at : old;
}

function expiryFacts({ delivery, webhook }: Known, reader: Reader): string[] {
  const at = expiryOf(delivery, webhook);
  const facts = [];
  if (at !== undefined)
    facts.push(
      Date.parse(at) <= reader.now.getTime()
        ? `Its time ran out ${timeWords(at, reader)}: it fails as soon as it is looked at.`
        : `If it has not arrived by ${timeWords(at, reader)}, it fails as expired.`,
    );
  const age = webhook?.max_delivery_age ?? null;
  if (age !== null && delivery.redeliveries > 0)
    facts.push(`It fails as expired ${span(age * 1000)} after it was last redelivered.`);
  return facts;
}

/** What may be said of every pending delivery. */
export const pendingFacts = (known: Known, reader: Reader): string[] => [
  ...triedFacts(known, reader),
  ...expiryFacts(known, reader),
];

/** The same where it is told already why the last attempt failed. */
export const retryFacts = (known: Known, reader: Reader): string[] => [
  ...budgetFacts(known),
  ...expiryFacts(known, reader),
];

/** The advice on why the last attempt failed. */
export function failureAdvice(known: Known): string[] {
  const failure = latestFailure(known);
  return failure === undefined ? [] : [attemptWords(failure).advice];
}
