import { abortedBy, stopSignal } from '../process/stopping.ts';
import type { Api } from './api.ts';
import { AttemptFacts, type KnownAttempt } from './following/attempt-facts.ts';
import { AttemptFeed, type Attempt } from './following/attempt-feed.ts';
import { matchesEventType, matchesStatus } from './following/attempt-filter.ts';
import { attemptJson, attemptLine } from './following/attempt-line.ts';
import { follow } from './following/follow.ts';
import { existingDelivery, existingWebhook } from './following/existing.ts';
import { sinceOf, type Moment } from './moment.ts';
import { painter } from './paint.ts';

export type TailOptions = {
  webhook?: string;
  delivery?: string;
  failed: boolean;
  succeeded: boolean;
  status?: string[];
  eventType?: string[];
  since?: Moment;
  utc: boolean;
  json: boolean;
};

const EVERY_MS = 1000;
/** Of more attempts at a time, the number and what follows are not looked up. */
const MOST_WHOLE = 100;

/** `postmand tail`: a line for each attempt that a server records, until Ctrl-C. */
export async function runTail(options: TailOptions, { client, url }: Api): Promise<void> {
  const signal = abortedBy(stopSignal());
  const { webhook, delivery, failed, succeeded, since } = options;
  if (webhook !== undefined) await existingWebhook(client, webhook, signal);
  if (delivery !== undefined) await existingDelivery(client, delivery, signal);
  const filter = {
    webhook_id: webhook,
    delivery_id: delivery,
    success: failed ? false : succeeded ? true : undefined,
  };
  const feed = new AttemptFeed(client, filter, signal);
  const facts = new AttemptFacts(client, signal);
  const first = await feed.begin(since && sinceOf(since, Date.now()));
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  tell(`Attempts that ${url} records. Ctrl-C stops.`);
  await follow({
    ...{ feed, first, everyMs: EVERY_MS, signal, tell },
    async handle(waiting) {
      const shown = await chosen(waiting, options, facts);
      waiting.length = 0;
      process.stdout.write(shown.map((one) => `${lineOf(one, options)}\n`).join(''));
    },
  });
}

async function chosen(
  attempts: Attempt[],
  { status, eventType }: TailOptions,
  facts: AttemptFacts,
): Promise<KnownAttempt[]> {
  const matching = attempts.filter((one) => status === undefined || matchesStatus(status, one));
  if (eventType === undefined) return facts.of(matching, { most: MOST_WHOLE });
  const known = await facts.of(matching, { most: Infinity });
  return known.filter((one) => matchesEventType(eventType, one.eventType));
}

function lineOf(known: KnownAttempt, { json, utc }: TailOptions): string {
  if (json) return JSON.stringify(attemptJson(known));
  return attemptLine(known, { paint: painter(process.stdout), utc, now: new Date() });
}
