import { findLastFailures, type LastFailure } from '../../attempts/attempt-store.ts';
import type { Queryable } from '../../database/pool.ts';
import { deactivatedWebhooks } from '../../deliveries/deactivated.ts';
import { blockedWebhooks, type BlockedWebhook } from '../../deliveries/order/blocked-webhooks.ts';
import { countHeld } from '../../deliveries/webhook-health.ts';
import {
  failingWebhooks,
  pausedWebhooks,
  type DeactivatedWebhook,
  type FailingWebhook,
  type PausedWebhook,
} from '../../webhooks/health/troubled.ts';
import { itemOf, severityOf, type Item } from './item.ts';
import type { Looking } from './looking.ts';
import { asEnd, counted, deliveries, failure, lasting, MOST_COUNTED } from './words.ts';

/** What is wrong with webhooks: nothing is sent to them, or nothing gets through. */
export async function ofWebhooks({ db, days, limit, ago }: Looking): Promise<Item[]> {
  const deactivated = await deactivatedWebhooks(db, { days, limit });
  const failing = await failingWebhooks(db, limit);
  const blocked = await blockedWebhooks(db, { limit, most: MOST_COUNTED });
  const paused = await pausedWebhooks(db, limit);
  return [
    ...deactivated.map((one) => deactivatedItem(one, ago)),
    ...failing.map((one) => failingItem(one, ago)),
    ...blocked.map(blockedItem),
    ...paused.map(pausedItem),
  ];
}

type Ago = Looking['ago'];

function deactivatedItem({ reason, ...webhook }: DeactivatedWebhook, ago: Ago): Item {
  const why =
    reason === 'gone'
      ? 'as its endpoint answered 410 Gone'
      : 'as its attempts have failed for longer than its deactivate_after allows';
  return itemOf({
    ...webhook,
    kind: 'deactivated',
    severity: 'critical',
    message:
      `${webhook.webhook_name} was deactivated ${lasting(ago(webhook.since))} ago, ${why}.` +
      ' Nothing is sent to it until somebody makes it active again.',
  });
}

function failingItem({ holds, ...webhook }: FailingWebhook, ago: Ago): Item {
  const { webhook_name: name, consecutive_failures: failures, since } = webhook;
  const then = holds
    ? 'Its deliveries are held, and one at a time is tried.'
    : 'Its deliveries are retried until their attempts are used up.';
  return itemOf({
    ...webhook,
    kind: 'failing',
    severity: severityOf('failing', ago(since)),
    message:
      `${name} has been failing for ${lasting(ago(since))}:` +
      ` ${failures === 1 ? 'the last attempt' : `the last ${failures} attempts`} failed. ${then}`,
  });
}

function blockedItem({ keys, ...webhook }: BlockedWebhook): Item {
  const { webhook_name: name, deliveries: waiting } = webhook;
  const [stand, each] =
    keys === 1
      ? ['stands still, as a delivery of it', 'it']
      : ['stand still, as a delivery of each', 'them'];
  return itemOf({
    ...webhook,
    kind: 'blocked',
    severity: 'critical',
    ordering_keys: keys,
    message:
      `${counted(keys, 'ordering key')} of ${name} ${stand} has failed.` +
      ` ${deliveries(waiting)} ${waiting === 1 ? 'waits' : 'wait'} behind ${each}` +
      ' until somebody redelivers what has failed, or skips it.',
  });
}

function pausedItem({ until, ...webhook }: PausedWebhook): Item {
  const end = until === null ? 'until somebody resumes it' : `until ${until.slice(0, 19)}Z`;
  return itemOf({
    ...webhook,
    until,
    kind: 'paused',
    severity: 'notice',
    message: `${webhook.webhook_name} is paused ${end}. Its deliveries are held.`,
  });
}

/** The kinds of which it is told how much is held, and how the last attempt failed. */
const HOLDING = new Set(['deactivated', 'failing', 'paused']);
const ATTEMPTED = new Set(['deactivated', 'failing']);

/** Adds to items what is looked up only for those that are shown. */
export async function withDetails(db: Queryable, items: Item[]): Promise<Item[]> {
  const held = await countHeld(db, webhooksIn(items, HOLDING), MOST_COUNTED);
  const failures = await findLastFailures(db, webhooksIn(items, ATTEMPTED));
  return items.map((item) => {
    if (item.webhook_id === null || !HOLDING.has(item.kind)) return item;
    const count = held.get(item.webhook_id) ?? 0;
    const last = ATTEMPTED.has(item.kind) ? failures.get(item.webhook_id) : undefined;
    return detailed(item, count, last);
  });
}

function detailed(item: Item, held: number, last: LastFailure | undefined): Item {
  const waiting = held === 0 ? '' : ` ${deliveries(held)} ${held === 1 ? 'is' : 'are'} held.`;
  const error = last === undefined ? null : failure(last);
  const lastly = error === null ? '' : ` The last failure: ${asEnd(error)}`;
  return { ...item, deliveries: held, error, message: item.message + lastly + waiting };
}

function webhooksIn(items: Item[], kinds: Set<string>): string[] {
  return items.flatMap(({ kind, webhook_id: id }) => (id !== null && kinds.has(kind) ? [id] : []));
}
