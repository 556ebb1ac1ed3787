import { NO_ALARMS } from '../alarms/alarms.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { heldReason } from '../deliveries/may-run.ts';
import { raiseFailed, tellFailed, type TellParts } from '../deliveries/fail.ts';
import { POISON_AFTER_CRASHES } from '../deliveries/mark.ts';
import { findSendable, type Sendable, type SendableDelivery } from '../deliveries/sendable.ts';
import { withdraw, type Withdrawal } from '../deliveries/withdraw.ts';
import { findLastAttempts } from '../attempts/attempt-store.ts';
import type { Claim } from '../queue/claim.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import type { GateState } from '../webhooks/webhook-state.ts';
import { openedForSending } from '../webhooks/secrets/row-secrets.ts';
import { SecretsLocked, type Vault } from '../webhooks/secrets/vault.ts';
import type { SendingWebhook } from '../webhooks/webhook.ts';
import type { LeasedClaim, Leases } from './leases.ts';
import type { LockedSecrets } from './locked-secrets.ts';
import type { Grant } from './limits/grant.ts';
import type { Slots } from './slots/slots.ts';

/** A claim whose delivery may be sent now, as things stood when it was read. */
export type Admitted = {
  webhookId: string;
  lease: LeasedClaim;
  delivery: SendableDelivery;
  webhook: SendingWebhook;
  state: GateState;
  /** When it was read, `performance.now()`. */
  readAt: number;
  /** Workers may die on it: it is sent in a process of its own. */
  isolated: boolean;
  /** Its place, where its webhook is limited; it is asked for when it could be sent. */
  grant?: Grant;
  /** An isolated send of it vanished with its worker: nothing is sent, and that one is recorded. */
  vanished: boolean;
};

export type AdmissionParts = TellParts & {
  pool: Pool;
  queue: ClaimableQueue;
  leases: Pick<Leases, 'end' | 'return'>;
  slots: Slots;
  vault: Vault;
  lockedSecrets: Pick<LockedSecrets, 'tell'>;
};

/** What was found of a claim. `locked`: the secrets of its webhook cannot be read. */
export type Found = Omit<Sendable, 'webhook'> & {
  webhook: SendingWebhook;
  locked?: SecretsLocked;
};

/** What is to be done with a claim. */
export type Decision = { kind: 'send'; isolated: boolean; vanished: boolean } | Withdrawal;

type Decided = { lease: LeasedClaim; found: Found | undefined; decision: Decision };

/** After this time secrets are tried again that could not be read: somebody has to act first. */
const LOCKED_SECONDS = 30;

/**
 * Reads claimed deliveries with their webhooks, once for all, and decides on each: what may not be
 * sent now is withdrawn. Of webhooks that this process does not know it is read with them how their
 * last attempt went. Where that fails, all claims are returned.
 * @returns those that may be sent, at once; `withdrawn` resolves when the others are withdrawn, and
 * rejects where they could not be, and were returned.
 */
export async function admit(parts: AdmissionParts, leases: LeasedClaim[]): Promise<Admission> {
  const readAt = performance.now();
  const found = await orReturn(parts, leases, read(parts, leases));
  const decided = leases.map((lease) => decideOn(lease, found.get(lease.claim.deliveryId)));
  tellLocked(parts, decided);
  return {
    admitted: decided.flatMap((one) => admitted(one, readAt)),
    withdrawn: withdrawOthers(parts, decided),
  };
}

type Admission = { admitted: Admitted[]; withdrawn: Promise<void> };

/** What `work` makes. Where it fails, the claims that it was for are returned. */
async function orReturn<Result>(
  parts: AdmissionParts,
  leases: LeasedClaim[],
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    await parts.leases.return(leases);
    throw error;
  }
}

async function read(
  { pool, slots, vault }: AdmissionParts,
  leases: LeasedClaim[],
): Promise<Map<string, Found>> {
  const deliveryIds = leases.map(({ claim }) => claim.deliveryId);
  const webhookIds = new Set(leases.map(({ claim }) => claim.webhookId));
  const strangers = [...webhookIds].filter((id) => !slots.knows(id));
  const [sendable, attempts] = await Promise.all([
    findSendable(pool, deliveryIds),
    strangers.length > 0 ? findLastAttempts(pool, strangers) : [],
  ]);
  for (const { webhookId, ...last } of attempts) slots.recall(webhookId, last);
  return new Map(sendable.map((one) => [one.delivery.id, opened(vault, one)]));
}

function opened(vault: Vault, one: Sendable): Found {
  try {
    const webhook = openedForSending(vault, one.webhook);
    return webhook === one.webhook ? (one as Found) : { ...one, webhook };
  } catch (error) {
    if (!(error instanceof SecretsLocked)) throw error;
    // What is left of it only serves to decide: it is not sent.
    return { ...one, webhook: one.webhook as SendingWebhook, locked: error };
  }
}

function decideOn(lease: LeasedClaim, found: Found | undefined): Decided {
  return { lease, found, decision: decide(lease.claim, found) };
}

/**
 * Decides by the state that a delivery and its webhook have now; `found` is missing where they are
 * gone.
 */
export function decide(claim: Claim, found: Found | undefined): Decision {
  if (found === undefined) return { kind: 'drop' };
  const { delivery, webhook, state, locked } = found;
  if (delivery.status !== 'pending' || delivery.held_reason !== null) return { kind: 'drop' };
  // An isolated send that was begun is an attempt: it is recorded first, whatever the time.
  if (delivery.expired && delivery.isolated_by === null) return { kind: 'expire' };
  const reason = heldReason(webhook, state, delivery);
  if (reason !== null) return { kind: 'hold', reason };
  if (delivery.waitSeconds > 0) return { kind: 'postpone', delaySeconds: delivery.waitSeconds };
  const spent = delivery.delivery_attempts - delivery.unbudgeted_attempts;
  if (spent >= (delivery.test ? 1 : Math.max(1, webhook.max_delivery_attempts)))
    return { kind: 'exhaust' };
  // It is never sent without what it was to be signed with. No attempt is spent.
  if (locked !== undefined) return { kind: 'postpone', delaySeconds: LOCKED_SECONDS };
  const mark = delivery.isolated_by;
  // Its worker may live and have lost the database for a while: it gets the time to take its mark
  // back, and only a mark that is met twice belongs to a worker that is gone.
  if (mark !== null && mark !== claim.doubt) return { kind: 'doubt', mark };
  const vanished = mark !== null;
  return { kind: 'send', isolated: vanished || claim.crashes >= POISON_AFTER_CRASHES, vanished };
}

function tellLocked({ lockedSecrets }: AdmissionParts, decided: Decided[]): void {
  for (const { lease, found, decision } of decided)
    if (found?.locked && decision.kind === 'postpone')
      lockedSecrets.tell(lease.claim.webhookId, found.locked);
}

async function withdrawOthers(parts: AdmissionParts, decided: Decided[]): Promise<void> {
  const { pool, queue, leases, statistics, alarms = NO_ALARMS } = parts;
  const withdrawn = decided.flatMap(({ lease, found, decision }) => {
    const test = found?.delivery.test ?? false;
    return decision.kind === 'send'
      ? []
      : [{ lease, claim: lease.claim, withdrawal: decision, test }];
  });
  if (withdrawn.length === 0) return;
  const those = withdrawn.map(({ lease }) => lease);
  const withdrawing = inTransaction(pool, async (tx) => {
    const done = await withdraw(tx, queue, withdrawn);
    await raiseFailed(tx, alarms, done.failed);
    return done;
  });
  const { failed, held } = await orReturn(parts, those, withdrawing);
  tellFailed(parts, failed);
  for (const webhookId of held) statistics?.note(webhookId, 'held');
  for (const lease of those) leases.end(lease);
}

function admitted({ lease, found, decision }: Decided, readAt: number): Admitted[] {
  if (decision.kind !== 'send' || found === undefined) return [];
  const { isolated, vanished } = decision;
  const { delivery, webhook, state } = found;
  const { webhookId } = lease.claim;
  return [{ webhookId, lease, delivery, webhook, state, readAt, isolated, vanished }];
}
