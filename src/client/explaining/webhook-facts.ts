import type { Schemas } from '../api.ts';
import { span, timeWords, type Reader } from './time-words.ts';

type Webhook = Schemas['Webhook'];

/** Who made a webhook inactive, and why. */
export function deactivatedFacts(webhook: Webhook, reader: Reader): string[] {
  const { deactivated_reason, deactivated_at, deactivate_after } = webhook;
  const when = deactivated_at === null ? '' : `, ${timeWords(deactivated_at, reader)}`;
  switch (deactivated_reason) {
    case 'gone':
      return [
        `Postmand made it inactive${when}, as its endpoint answered 410: it is gone for good.`,
      ];
    case 'failing': {
      const long = deactivate_after === null ? 'a long time' : span(deactivate_after * 1000);
      return [
        `Postmand made it inactive${when}, as all attempts of ${long} had failed (\`deactivate_after\`).`,
      ];
    }
    case null:
      return ['A client has made it inactive (`active: false`).'];
  }
}

/** When an attempt of the webhook succeeded last. */
export function lastSuccessFact({ health }: Webhook, reader: Reader): string[] {
  return health.last_success_at === null
    ? ['No attempt of this webhook is known to have succeeded.']
    : [`An attempt of this webhook last succeeded ${timeWords(health.last_success_at, reader)}.`];
}

/** What bounds how fast a webhook is sent to, where something does. */
export function limitFacts({ rate_limit: rate, max_concurrency: places }: Webhook): string[] {
  const facts = [];
  if (rate !== null)
    facts.push(
      `Its webhook gets at most ${rate.count} attempts in ${span(rate.per_seconds * 1000)} (\`rate_limit\`).`,
    );
  if (places !== null)
    facts.push(`At most ${places} of its attempts are under way at a time (\`max_concurrency\`).`);
  return facts;
}
