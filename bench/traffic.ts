import { now, reached } from './clock.ts';
import { inTurn } from './backlog.ts';
import { postSteadily } from './load.ts';
import type { Trial } from './trial.ts';

/** A delivery that was accepted: when it was sent, and the milliseconds until it arrived. */
type Trip = { sentAt: number; ms: number };

export type Trips = { trips: Trip[]; notes: string[] };

/**
 * Steady traffic to healthy webhooks until `isOver`, and the time of each delivery from POST to
 * arrival. One that does not arrive in time counts with the time that it has waited: leaving it out
 * would flatter.
 */
export async function steadyTrips(
  trial: Trial,
  url: string,
  {
    webhookIds,
    isOver,
    perSecond = trial.sizes.rate,
  }: { webhookIds: string[]; isOver: () => boolean; perSecond?: number },
): Promise<Trips> {
  const { receiver, sizes, payload } = trial;
  const before = (await receiver.counts('fast')).arrived;
  const { sent, refused, firstRefusal } = await postSteadily(url, {
    perSecond,
    isOver,
    draft: inTurn(webhookIds, payload),
  });
  const complete = await reached(
    async () => (await receiver.counts('fast')).arrived >= before + sent.length,
    trial.deadline(),
  );
  const cutAt = now();
  const arrivedAt = new Map((await receiver.arrivals('fast')).map(({ id, at }) => [id, at]));
  const missing = sent.filter(({ id }) => !arrivedAt.has(id)).length;
  return {
    trips: sent.map(({ id, sentAt }) => ({ sentAt, ms: (arrivedAt.get(id) ?? cutAt) - sentAt })),
    notes: [
      ...(complete === undefined
        ? [
            `Cut short: ${missing} of ${sent.length} healthy deliveries had not arrived after ${sizes.limit} s more.`,
          ]
        : []),
      ...(refused > 0
        ? [`${refused} POSTs were not accepted, the first with: ${firstRefusal}`]
        : []),
    ],
  };
}
