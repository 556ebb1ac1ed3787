import type { Tx } from '../../database/transaction.ts';
import type { Claim } from '../../queue/claim.ts';
import {
  countPermits,
  deletePermitsOverOf,
  givePermits,
  type PermitCount,
} from '../../queue/permits.ts';
import { lockLimits, setRates, type RateState } from '../../webhooks/limits/limit-state.ts';
import type { Limits } from '../../webhooks/limits/window.ts';
import { placesFor, type Places, type Next } from './places.ts';

/** The claims of one webhook that ask. `lifeMs`: how long a token is to be good for. */
export type Ask = { webhookId: string; limits: Limits; claims: Claim[]; lifeMs: number };

/** Those that got a place, and when there are more. */
export type Taken = { claims: Set<Claim>; next: Next };

/** From so many rows of permits that are over they are deleted, as each costs a look. */
const MANY_OVER = 32;

type Decided = Ask & { placed: Claim[]; places: Places; state: RateState };

/**
 * Takes permits and tokens for claims, the first ones of each webhook first. The states of the
 * webhooks are held from the first statement on, so that the next ones see what others have taken.
 * @returns what each webhook's claims got; nothing for one that is gone.
 */
export async function takePlaces(tx: Tx, asks: Ask[]): Promise<Map<string, Taken>> {
  const states = await lockLimits(
    tx,
    asks.map(({ webhookId }) => webhookId),
  );
  const bounded = asks.filter(hasPermits).map(({ webhookId }) => webhookId);
  const counts = bounded.length > 0 ? await countPermits(tx, bounded) : new Map();
  const decided = asks.flatMap((ask) => decide(ask, states, counts));
  const permitted = await givePermits(
    tx,
    decided.filter(hasPermits).flatMap(({ placed }) => placed),
  );
  await setRates(tx, decided.flatMap(rateOf));
  await deletePermitsOverOf(
    tx,
    bounded.filter((id) => (counts.get(id)?.over ?? 0) >= MANY_OVER),
  );
  return new Map(
    decided.map((one) => {
      const claims = hasPermits(one)
        ? one.placed.filter((claim) => permitted.has(claim))
        : one.placed;
      return [one.webhookId, { claims: new Set(claims), next: one.places.next }];
    }),
  );
}

const hasPermits = ({ limits }: Ask) => limits.max_concurrency !== null;

function decide(
  ask: Ask,
  states: Map<string, RateState>,
  counts: Map<string, PermitCount>,
): Decided[] {
  const { webhookId, limits, claims, lifeMs } = ask;
  const state = states.get(webhookId);
  if (state === undefined) return [];
  const places = placesFor(limits, {
    wanted: claims.length,
    used: counts.get(webhookId)?.used ?? 0,
    aheadMs: aheadOf(state),
    lifeMs,
  });
  return [{ ...ask, state, places, placed: claims.slice(0, places.granted) }];
}

const aheadOf = ({ nextAt, readAt }: RateState) =>
  nextAt === null ? -Infinity : (nextAt - readAt) / 1000;

/** Rounded up: a token must not come a moment too soon. */
function rateOf({ webhookId, state, places }: Decided): { webhookId: string; nextAt: number }[] {
  const { aheadMs } = places;
  if (aheadMs === aheadOf(state)) return [];
  return [{ webhookId, nextAt: state.readAt + Math.ceil(aheadMs * 1000) }];
}
