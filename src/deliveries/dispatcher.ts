import type { Pool } from '../database/pool.ts';
import { shareCommits } from '../database/shared-commit.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Log } from '../log.ts';
import { findWebhooks } from '../webhooks/webhook-store.ts';
import { createAlarm } from './alarm.ts';
import { deliver, type Assignment, type Attempted } from './deliver.ts';
import { findSendable } from './delivery-store.ts';
import { keepLeases, type Held } from './lease.ts';
import { handBack, setAside } from './park.ts';
import type { ClaimableQueue } from './queue.ts';
import type { Sender } from './send.ts';
import { settle } from './settle.ts';
import { triage } from './triage.ts';

export type DispatcherParts = { pool: Pool; queue: ClaimableQueue; sender: Sender; log: Log };
export type DispatcherOptions = { slots: number; pollingIntervalMs: number };

export type Dispatcher = {
  /** There may be something to claim. */
  wake(): void;
  /** Claims nothing more, lets sends in flight finish and be recorded for up to `graceMs`, and hands back the rest. */
  stop(graceMs: number): Promise<void>;
};

/** Keeps up to `slots` deliveries in flight until stopped. */
export function startDispatcher(
  { pool, queue, sender, log }: DispatcherParts,
  { slots, pollingIntervalMs }: DispatcherOptions,
): Dispatcher {
  const held = new Set<Held>();
  const alarm = createAlarm();
  const leases = keepLeases(queue, held, log);
  let stopping = false;

  const record = shareCommits((attempts: Attempted[]) => settleAll(attempts), {
    maxBatch: 200,
    maxWaiting: Infinity,
    // Repeating is safe: a claim that is no longer ours records nothing. While the slot is taken nothing new is claimed.
    retryDelayMs: (failures) => (stopping && failures > 3 ? undefined : Math.min(100 * 2 ** failures, 3000)),
  });

  async function settleAll(attempts: Attempted[]): Promise<void[]> {
    const settled = await inTransaction(pool, (tx) => settle(tx, queue, attempts));
    for (const { row } of settled) {
      const { id, webhook_id, delivery_id, response_status_code, execution_duration, success } = row;
      log.info('delivery.attempted', { id, webhook_id, delivery_id, response_status_code, execution_duration, success });
    }
    return attempts.map(() => {});
  }

  async function claimUntilStopped(): Promise<void> {
    while (!stopping) {
      const full = await claimOnce().catch((error: unknown) => log.error('claim.failed', { error }));
      if (!full && !stopping) await alarm.wait(pollingIntervalMs);
    }
  }

  /** @returns true when there may be more to claim at once. */
  async function claimOnce(): Promise<boolean> {
    const free = slots - held.size;
    if (free === 0) return false;
    const claims = await queue.claim(free);
    if (claims.length === 0) return false;
    const [deliveries, webhooks] = await Promise.all([
      findSendable(
        pool,
        claims.map(({ deliveryId }) => deliveryId),
      ),
      findWebhooks(pool, [...new Set(claims.map(({ webhookId }) => webhookId))]),
    ]);
    const { send, ...aside } = triage(claims, deliveries, webhooks);
    for (const assignment of send) void work(assignment);
    if (send.length < claims.length) await inTransaction(pool, (tx) => setAside(tx, queue, aside));
    return claims.length === free;
  }

  async function work(assignment: Assignment): Promise<void> {
    const one: Held = { claim: assignment.claim, abort: new AbortController() };
    held.add(one);
    try {
      const attempted = await deliver(sender, assignment, one.abort.signal);
      if (attempted) await record(attempted);
    } catch (error) {
      log.error('delivery.not_recorded', { deliveryId: assignment.delivery.id, error });
    } finally {
      held.delete(one);
      alarm.ring();
    }
  }

  const claiming = claimUntilStopped();

  return {
    wake: alarm.ring,
    async stop(graceMs) {
      stopping = true;
      alarm.ring();
      const deadline = performance.now() + graceMs;
      await claiming;
      while (held.size > 0 && performance.now() < deadline) await alarm.wait(deadline - performance.now());
      leases.stop();
      const left = [...held].map(({ claim, abort }) => (abort.abort(), claim));
      if (left.length === 0) return;
      log.warn('shutdown.handed_back', { deliveries: left.map(({ deliveryId }) => deliveryId) });
      await inTransaction(pool, (tx) => handBack(tx, queue, left)).catch((error: unknown) =>
        log.warn('shutdown.hand_back_failed', { error }),
      );
    },
  };
}
