import { now, reached } from './clock.ts';
import { inTurn } from './backlog.ts';
import { postOf, postSteadily, type SteadyTraffic } from './load.ts';
import type { Trial } from './trial.ts';

/**
 * A delivery that was accepted: the number of its payload, when it was sent, and the milliseconds
 * until it arrived.
 */
export type Trip = { id: number; sentAt: number; ms: number };

export type Trips = { trips: Trip[]; notes: string[] };

/**
 * Steady traffic to healthy webhooks until `isOver`, and the time of each delivery from POST to
 * arrival.
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
  const before = (await trial.receiver.counts('fast')).arrived;
  const draft = inTurn(webhookIds, trial.payload);
  const traffic = await postSteadily({ perSecond, isOver, next: () => postOf(url, draft()) });
  return tripsOf(trial, traffic, before);
}

/**
 * Waits until all that was accepted has arrived, beside the `before` that had arrived before it.
 * One that does not arrive in time counts with the time that it has waited: leaving it out would
 * flatter.
 */
export async function tripsOf(
  { receiver, deadline }: Pick<Trial, 'receiver' | 'deadline'>,
  { sent, refused, firstRefusal }: SteadyTraffic,
  before: number,
): Promise<Trips> {
  const startedAt = now();
  const complete = await reached(
    async () => (await receiver.counts('fast')).arrived >= before + sent.length,
    deadline(),
  );
  const cutAt = now();
  const arrivedAt = new Map((await receiver.arrivals('fast')).map(({ id, at }) => [id, at]));
  const missing = sent.filter(({ id }) => !arrivedAt.has(id)).length;
  const waited = Math.round((cutAt - startedAt) / 1000);
  return {
    trips: sent.map(({ id, sentAt }) => ({
      id,
      sentAt,
      ms: (arrivedAt.get(id) ?? cutAt) - sentAt,
    })),
    notes: [
      ...(complete === undefined
        ? [
            `Cut short: ${missing} of ${sent.length} healthy deliveries had not arrived after ${waited} s more.`,
          ]
        : []),
      ...(refused > 0
        ? [`${refused} POSTs were not accepted, the first with: ${firstRefusal}`]
        : []),
    ],
  };
}
