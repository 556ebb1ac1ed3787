import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { findWebhooks } from '../webhooks/webhook-store.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import { findLastAttempts } from '../attempts/attempt-store.ts';
import { findSendable, type SendableDelivery } from '../deliveries/sendable.ts';
import type { LeasedClaim, Leases } from './lease.ts';
import { setAside, type Aside } from '../deliveries/hold.ts';
import type { Claim, ClaimableQueue } from '../queue/queue.ts';
import type { Slots } from './slots.ts';

/** A claim whose delivery may be sent now, as things stood when it was read. */
export type Admitted = {
  webhookId: string;
  lease: LeasedClaim;
  delivery: SendableDelivery;
  webhook: Webhook;
  /** When it was read, `performance.now()`. */
  readAt: number;
  /** Workers may die on it: it is sent in a process of its own. */
  isolated: boolean;
  /** An isolated send of it vanished with its worker: nothing is sent, and that one is recorded. */
  vanished: boolean;
};

export type AdmissionParts = { pool: Pool; queue: ClaimableQueue; leases: Leases; slots: Slots };

/**
 * After so many claims that ran out a delivery is suspected to end workers. To be wrong about it
 * costs a process, no attempt.
 */
const POISON_AFTER_CRASHES = 3;

/**
 * Reads claimed deliveries with their webhooks, once for all, and sorts them: what may not be sent
 * now leaves the queue or gets a job at its time. How the last attempt of a webhook went that this
 * process does not know is read with them. A read that fails gives all back.
 * @returns those that may be sent.
 */
export async function admit(parts: AdmissionParts, leases: LeasedClaim[]): Promise<Admitted[]> {
  if (leases.length === 0) return [];
  try {
    const readAt = performance.now();
    const { deliveries, webhooks } = await read(parts, leases);
    const { send, ...aside } = sortClaims(
      leases.map(({ claim }) => claim),
      deliveries,
      webhooks,
    );
    await put(parts, leases, aside);
    const leaseOf = new Map(leases.map((lease) => [lease.claim, lease]));
    return send.map((one) => ({
      ...one,
      webhookId: one.claim.webhookId,
      lease: leaseOf.get(one.claim) as LeasedClaim,
      readAt,
    }));
  } catch (error) {
    await parts.leases.return(leases);
    throw error;
  }
}

async function read({ pool, slots }: AdmissionParts, leases: LeasedClaim[]) {
  const deliveryIds = leases.map(({ claim }) => claim.deliveryId);
  const webhookIds = [...new Set(leases.map(({ claim }) => claim.webhookId))];
  const strangers = webhookIds.filter((id) => !slots.knows(id));
  const [deliveries, webhooks, attempts] = await Promise.all([
    findSendable(pool, deliveryIds),
    findWebhooks(pool, webhookIds),
    strangers.length > 0 ? findLastAttempts(pool, strangers) : [],
  ]);
  for (const { webhookId, ...last } of attempts) slots.recall(webhookId, last);
  return { deliveries, webhooks };
}

async function put(
  { pool, queue, leases }: AdmissionParts,
  claimed: LeasedClaim[],
  aside: Aside,
): Promise<void> {
  const claims = new Set<Claim>(
    [
      aside.hold,
      aside.drop,
      aside.exhaust,
      [...aside.postpone, ...aside.doubt].map(({ claim }) => claim),
    ].flat(),
  );
  if (claims.size === 0) return;
  await inTransaction(pool, (tx) => setAside(tx, queue, aside));
  for (const lease of claimed) if (claims.has(lease.claim)) leases.drop(lease);
}

export type Sendable = {
  claim: Claim;
  delivery: SendableDelivery;
  webhook: Webhook;
  isolated: boolean;
  vanished: boolean;
};

/** Sorts claims by the state that deliveries and webhooks have now. */
export function sortClaims(
  claims: Claim[],
  deliveries: SendableDelivery[],
  webhooks: Webhook[],
): Aside & { send: Sendable[] } {
  const deliveryById = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const webhookById = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
  const sorted: Aside & { send: Sendable[] } = {
    send: [],
    hold: [],
    postpone: [],
    drop: [],
    exhaust: [],
    doubt: [],
  };
  for (const claim of claims) {
    const delivery = deliveryById.get(claim.deliveryId);
    const webhook = webhookById.get(claim.webhookId);
    if (!delivery || !webhook || delivery.status !== 'pending' || delivery.held_reason !== null)
      sorted.drop.push(claim);
    else if (!webhook.active) sorted.hold.push(claim);
    else if (delivery.waitSeconds > 0)
      sorted.postpone.push({ claim, delaySeconds: delivery.waitSeconds });
    else if (delivery.delivery_attempts >= Math.max(1, webhook.max_delivery_attempts))
      sorted.exhaust.push(claim);
    else if (isDoubtful(delivery, claim))
      sorted.doubt.push({ claim, mark: delivery.isolated_by as string });
    else sorted.send.push({ claim, delivery, webhook, ...suspicionOf(delivery, claim) });
  }
  return sorted;
}

function suspicionOf(
  { isolated_by }: SendableDelivery,
  { crashes }: Claim,
): { isolated: boolean; vanished: boolean } {
  const vanished = isolated_by !== null;
  return { isolated: vanished || crashes >= POISON_AFTER_CRASHES, vanished };
}

/**
 * An isolated send of it was begun, and nobody told how it ended. Its worker may live and have lost
 * the database for a while: it gets the time to take its mark back, and only a mark that is met
 * twice belongs to a worker that is gone.
 */
function isDoubtful({ isolated_by }: SendableDelivery, { doubt }: Claim): boolean {
  return isolated_by !== null && isolated_by !== doubt;
}
