import { isAnybodySending, LATE_SECONDS, type LateWebhook } from '../../deliveries/late.ts';
import { leftInOutbox } from '../../deliveries/outbox/left-waiting.ts';
import { eventsLeftWaiting, faultyEvents, type FaultyEvents } from '../../events/troubled.ts';
import { failedOperations } from '../../operations/operation-store.ts';
import type { Operation } from '../../operations/operation.ts';
import { itemOf, severityOf, type Item } from './item.ts';
import type { Looking } from './looking.ts';
import { asEnd, counted, deliveries, lasting, MOST_COUNTED } from './words.ts';

/** Where more webhooks than these are behind, it is not theirs: one item tells of all. */
const MOST_BEHIND = 10;

/** Whether anybody sends at all. Told at once: nothing may be due yet. */
export async function ofWorkers({ db }: Looking): Promise<Item[]> {
  if (await isAnybodySending(db)) return [];
  return [
    itemOf({
      kind: 'no_worker',
      severity: 'critical',
      message:
        'No worker has given a sign of life for some seconds: nothing is sent, and nothing is taken' +
        ' in from the outbox. Start one, or see in its log whether it reaches this database.',
    }),
  ];
}

/** Deliveries that are due and not sent. */
export function ofLate(late: LateWebhook[], { ago }: Looking): Item[] {
  const behind = late.filter(({ since }) => ago(since) >= LATE_SECONDS);
  if (behind.length > MOST_BEHIND) return [allBehind(behind, ago)];
  return behind.map((one) => {
    const waits = lasting(ago(one.since));
    return itemOf({
      ...one,
      kind: 'behind',
      severity: severityOf('behind', ago(one.since)),
      deliveries: Math.min(one.deliveries, MOST_COUNTED),
      message:
        `${one.webhook_name} is behind: ${deliveries(one.deliveries)} of it` +
        ` ${one.deliveries === 1 ? 'is' : 'are'} due and not sent, the oldest for ${waits}.` +
        ' Its limits, its endpoint or too few workers may be the reason.',
    });
  });
}

function allBehind(behind: LateWebhook[], ago: Looking['ago']): Item {
  const since = behind[0]?.since ?? '';
  const due = behind.reduce((sum, one) => sum + one.deliveries, 0);
  return itemOf({
    kind: 'behind',
    severity: severityOf('behind', ago(since)),
    since,
    deliveries: Math.min(due, MOST_COUNTED),
    message:
      `Sending is behind: ${deliveries(due)} of more than ${MOST_BEHIND} webhooks are due and not` +
      ` sent, the oldest for ${lasting(ago(since))}. Look whether enough workers run.`,
  });
}

/** What nobody has taken in, what has failed, and what is faulty. */
export async function ofWork(looking: Looking): Promise<Item[]> {
  const { db, days, limit, ago } = looking;
  const failed = await failedOperations(db, { days, limit });
  const faulty = await faultyEvents(db, { days, most: MOST_COUNTED });
  return [
    ...(await notTakenIn(looking)),
    ...failed.map((one) => failedItem(one, ago)),
    ...faulty.map(faultyItem),
  ];
}

async function notTakenIn({ db, ago }: Looking): Promise<Item[]> {
  const bounds = { seconds: LATE_SECONDS, most: MOST_COUNTED };
  const left = await leftInOutbox(db, bounds);
  const events = await eventsLeftWaiting(db, bounds);
  const told = (what: string, count: number, since: string) => ({
    kind: 'not_taken_in' as const,
    severity: severityOf('not_taken_in', ago(since)),
    since,
    message:
      `${what} ${count === 1 ? 'waits' : 'wait'} to be taken in, the first for` +
      ` ${lasting(ago(since))}. Look whether a worker runs.`,
  });
  return [
    ...(left === undefined
      ? []
      : [
          itemOf({
            ...told(deliveries(left.count), left.count, left.since),
            deliveries: left.count,
          }),
        ]),
    ...(events === undefined
      ? []
      : [
          itemOf({
            ...told(counted(events.count, 'event'), events.count, events.since),
            events: events.count,
            event_id: events.event_id,
          }),
        ]),
  ];
}

function failedItem(
  { id, kind, finished_at: since, done, error }: Operation & { finished_at: string },
  ago: Looking['ago'],
): Item {
  const what = { redelivery: 'A redelivery', erasure: 'An erasure', fan_out: 'A fan-out' }[kind];
  return itemOf({
    kind: 'operation_failed',
    severity: 'warning',
    operation_id: id,
    since,
    error,
    message:
      `${what} failed ${lasting(ago(since))} ago, when ${done} of its deliveries were done` +
      (error === null ? '.' : `: ${asEnd(error)}`),
  });
}

function faultyItem({ count, fault, ...events }: FaultyEvents): Item {
  return itemOf({
    ...events,
    kind: 'event_faulty',
    severity: 'warning',
    events: count,
    error: fault,
    message:
      `${counted(count, 'event')} of the type ${events.event_type}` +
      ` ${count === 1 ? 'goes' : 'go'} to nobody. The last fault: ${asEnd(fault)}`,
  });
}
