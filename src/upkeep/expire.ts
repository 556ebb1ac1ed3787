import { NO_ALARMS } from '../alarms/alarms.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import {
  findHeldExpired,
  lookAtAges,
  webhookIdsToAge,
  type HeldKey,
} from '../deliveries/expiry.ts';
import {
  raiseFailed,
  failDeliveries,
  freedKeys,
  tellFailed,
  type TellParts,
} from '../deliveries/fail.ts';
import { goOn } from '../deliveries/order/promote.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';

/** Deliveries ended in one transaction, and looked at in one statement. */
const STEP = 500;
const LOOK = 1000;

/** Most steps of a round: a worker that stops waits for the end of its round. */
const STEPS_A_ROUND = 20;

const START: HeldKey = {
  reason: '',
  scheduledAt: '-infinity',
  id: '00000000-0000-0000-0000-000000000000',
};

type ExpireParts = TellParts & { pool: Pool; queue: DeliveryQueue };

/**
 * Ends held deliveries whose `expires_at` has come. Those that have a job end when it is claimed.
 * @returns 'more' where a round was not enough.
 */
export async function expireHeld(parts: ExpireParts): Promise<void | 'more'> {
  for (let step = 0; step < STEPS_A_ROUND; step += 1) {
    const ids = await findHeldExpired(parts.pool, STEP);
    await expire(parts, ids);
    if (ids.length < STEP) return undefined;
  }
  return 'more';
}

/**
 * Ends held deliveries that have the age which their webhook allows at most. That may change at any
 * time, so no index can say which these are: all that are held by such webhooks are looked at, in
 * steps of bounded size. Each call goes on from where the one before it ended.
 * @returns 'more' where that was not the end.
 */
export function createAgeCheck(parts: ExpireParts): () => Promise<void | 'more'> {
  let webhookIds: string[] = [];
  let after = START;

  return async () => {
    if (webhookIds.length === 0) webhookIds = await webhookIdsToAge(parts.pool);
    for (let step = 0; step < STEPS_A_ROUND; step += 1) {
      const webhookId = webhookIds.at(-1);
      if (webhookId === undefined) return undefined;
      const last = await expireAged(parts, webhookId, after);
      after = last ?? START;
      if (last === undefined) webhookIds.pop();
    }
    return webhookIds.length > 0 ? 'more' : undefined;
  };
}

/** @returns the last one that was looked at; undefined: there are no more. */
async function expireAged(
  parts: ExpireParts,
  webhookId: string,
  after: HeldKey,
): Promise<HeldKey | undefined> {
  const looked = await lookAtAges(parts.pool, webhookId, { after, limit: LOOK });
  await expire(
    parts,
    looked.filter(({ expired }) => expired).map(({ id }) => id),
  );
  return looked.length < LOOK ? undefined : looked.at(-1);
}

/**
 * One that was released since it was found has a job, and ends when that is claimed. The ordering
 * key of a head that ended goes on.
 */
async function expire(parts: ExpireParts, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const failed = await inTransaction(parts.pool, async (tx) => {
    const ended = await failDeliveries(tx, ids, { reason: 'expired', held: true });
    await goOn(tx, parts.queue, freedKeys(ended));
    await raiseFailed(tx, parts.alarms ?? NO_ALARMS, ended);
    return ended;
  });
  tellFailed(parts, failed);
}
