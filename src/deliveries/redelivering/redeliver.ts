import type { Tx } from '../../database/transaction.ts';
import type { DeliveryQueue } from '../../queue/delivery-queue.ts';
import { OF_VISIBLE_WEBHOOK } from '../../webhooks/webhook-sql.ts';
import { findDelivery } from '../delivery-store.ts';
import { DeliveryNotFound, type Delivery, type Status } from '../delivery.ts';
import { makePending } from './make-pending.ts';

type RefusalKind = 'delivery_pending' | 'payload_removed' | 'test_delivery';

const WORDS: Record<RefusalKind, string> = {
  delivery_pending: 'it is pending already: wait until it has ended',
  payload_removed: 'its payload was removed, so that nothing can be sent: post it again',
  test_delivery: 'it was a test of its webhook: make another test instead',
};

/** Why a delivery stays as it is. The message says what to do. */
export class RedeliveryRefused extends Error {
  override name = 'RedeliveryRefused';
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind) {
    super(WORDS[kind]);
    this.kind = kind;
  }
}

/**
 * Makes one delivery pending again that has ended, and has it taken in at the commit. Of several
 * callers at the same time one does it. @returns it as it stands then. @throws DeliveryNotFound,
 * RedeliveryRefused
 */
export async function redeliver(tx: Tx, queue: DeliveryQueue, id: string): Promise<Delivery> {
  const standing = await lockStanding(tx, id);
  if (standing === undefined) throw new DeliveryNotFound();
  const refusal = refusalOf(standing);
  if (refusal !== undefined) throw new RedeliveryRefused(refusal);
  await makePending(tx, [id], null);
  queue.wakeForOutbox(tx);
  const delivery = await findDelivery(tx, id);
  // Its webhook is being removed since a moment ago, and the delivery goes with it.
  if (delivery === undefined) throw new DeliveryNotFound();
  return delivery;
}

type Standing = { status: Status; test: boolean; isRemoved: boolean };

/** What keeps a delivery from being sent again; a test is told first, as that never changes. */
function refusalOf({ status, test, isRemoved }: Standing): RefusalKind | undefined {
  if (test) return 'test_delivery';
  if (status === 'pending') return 'delivery_pending';
  return isRemoved ? 'payload_removed' : undefined;
}

async function lockStanding(tx: Tx, id: string): Promise<Standing | undefined> {
  const { rows } = await tx.query<Standing>(
    `select status, test, payload_removed_at is not null as "isRemoved"
     from deliveries where id = $1 and ${OF_VISIBLE_WEBHOOK} for update`,
    [id],
  );
  return rows[0];
}
