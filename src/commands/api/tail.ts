import type { ApiClient } from '../../client/api.ts';
import { ApiProblem } from '../../client/problem.ts';
import { CommandError } from '../../process/command-error.ts';
import { abortedBy, stopSignal, unlessStopped } from '../../process/stopping.ts';
import { timeOf } from './filters.ts';
import { findWebhook } from './find-webhook.ts';
import { AttemptFacts, type KnownAttempt } from './following/attempt-facts.ts';
import { AttemptFeed, type Attempt } from './following/attempt-feed.ts';
import { matchesEventType, matchesStatus } from './following/attempt-filter.ts';
import { attemptJson, attemptLine } from './following/attempt-line.ts';
import { followFeed } from './following/follow-feed.ts';
import type { Moment } from '../moment.ts';
import { Output, type Showing } from './output.ts';

export type TailOptions = Showing & {
  webhook?: string;
  delivery?: string;
  failed: boolean;
  succeeded: boolean;
  status?: string[];
  eventType?: string[];
  since?: Moment;
};

const EVERY_MS = 1000;
/** Of more attempts at a time, the number and what follows are not looked up. */
const MOST_WHOLE = 100;

/** `postmand tail`: a line for each attempt that a server records, until Ctrl-C. */
export async function runTail(options: TailOptions, api: ApiClient): Promise<void> {
  const { webhook, delivery, failed, succeeded, since } = options;
  const stopping = stopSignal();
  const signal = abortedBy(stopping);
  const out = new Output(options);
  const found =
    webhook === undefined ? undefined : await unlessStopped(stopping, findWebhook(api, webhook));
  if (delivery !== undefined) await unlessStopped(stopping, mustExist(api, delivery));
  const filter = {
    webhook_id: found?.id,
    delivery_id: delivery,
    success: failed ? false : succeeded ? true : undefined,
  };
  const feed = new AttemptFeed(api, filter, signal);
  const facts = new AttemptFacts(api, signal);
  const first = await feed.begin(since && timeOf(since));
  out.note('Attempts are shown as they are recorded. Ctrl-C stops.');
  await followFeed({
    ...{ feed, first, everyMs: EVERY_MS, signal },
    tell: (line) => out.note(line),
    async handle(waiting) {
      const shown = await chosen(waiting, options, facts);
      waiting.length = 0;
      for (const one of shown)
        if (out.json) out.jsonLine(attemptJson(one));
        else out.say(attemptLine(one, out));
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

async function mustExist(api: ApiClient, delivery_id: string): Promise<void> {
  try {
    await api.get('/deliveries/{delivery_id}', { path: { delivery_id } });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404 && error.code !== 0)
      throw new CommandError(`There is no delivery ${delivery_id}.`);
    throw error;
  }
}
