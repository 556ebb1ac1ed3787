import type { Claimer } from '../claiming/claimer.ts';
import type { Slots } from '../slots/slots.ts';
import type { Answer, Asking, Limiter } from './limiter.ts';

type AskParts = {
  slots: Slots;
  claimer: Pick<Claimer, 'asksForPlaces' | 'gotPlaces' | 'turnAway'>;
  limiter: Pick<Limiter, 'ask'>;
};

type Claimed = Asking & { lease: { claim: { isNew: boolean } } };

/** The answer for each webhook, and the claims that did not ask, for want of a slot here. */
export type Asked<One> = { answers: Map<string, Answer<One>>; noRoom: One[] };

/**
 * Asks for places for as many claims as there are slots for: others would lose them again. Until
 * the caller has told the claimer what they got, nothing more of their webhooks is claimed.
 */
export async function askForRoom<One extends Claimed>(
  { slots, claimer, limiter }: AskParts,
  claims: One[],
): Promise<Asked<One>> {
  const [asking, noRoom]: [One[], One[]] = [[], []];
  for (const [id, some] of Map.groupBy(claims, ({ webhookId }) => webhookId)) {
    const room = slots.room(id, some[0]?.lease.claim.isNew);
    asking.push(...some.slice(0, room));
    noRoom.push(...some.slice(room));
    if (room === 0 && !slots.isActive(id)) claimer.turnAway(id, slots.standing(id));
  }
  const ids = new Set(asking.map(({ webhookId }) => webhookId));
  claimer.asksForPlaces(ids);
  try {
    return { answers: await limiter.ask(asking), noRoom };
  } catch (error) {
    for (const id of ids) claimer.gotPlaces(id, 0, undefined);
    throw error;
  }
}
