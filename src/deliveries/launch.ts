import { atMost } from '../at-most.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { findWebhooks } from '../webhooks/webhook-store.ts';
import { findSendable } from './delivery-store.ts';
import { fly, type FlightParts } from './flight.ts';
import type { Seat } from './lanes.ts';
import type { Held } from './lease.ts';
import { setAside } from './park.ts';
import type { Claim, ClaimableQueue } from './queue.ts';
import { triage, type Triage } from './triage.ts';

/** A claim that may fly. */
export type Seated = { held: Held; seat: Seat };

export type Launcher = {
  /** Sends those that may be sent as things stand now; the rest leaves the queue or gets a job at its time. */
  launch(seated: Seated[]): Promise<void>;
  /** Resolves when all flights have landed, at the latest after `ms`. */
  landed(ms: number): Promise<void>;
};

type LauncherParts = FlightParts & {
  queue: ClaimableQueue;
  /** Called when a claim is over: recorded, set aside, or given up. */
  onLanded(held: Held): void;
};

export function createLauncher(parts: LauncherParts): Launcher {
  const { pool, queue, onLanded } = parts;
  const flights = new Set<Promise<void>>();

  async function launch(seated: Seated[]): Promise<void> {
    if (seated.length === 0) return;
    // By claim, not by job: after a crash of the database one job may have been claimed twice.
    const grounded = new Map(seated.map((one) => [one.held.claim, one]));
    try {
      const { send, ...aside } = await sortOut(
        pool,
        seated.map(({ held }) => held.claim),
      );
      for (const due of send) {
        const { held, seat } = grounded.get(due.claim) as Seated;
        grounded.delete(due.claim);
        const flight: Promise<void> = fly(parts, due, held, seat).then(() => {
          flights.delete(flight);
          onLanded(held);
        });
        flights.add(flight);
      }
      if (grounded.size > 0) await inTransaction(pool, (tx) => setAside(tx, queue, aside));
    } finally {
      for (const { held, seat } of grounded.values()) {
        seat.leave('unused');
        onLanded(held);
      }
    }
  }

  return {
    launch,
    landed: (ms) => atMost(ms, Promise.all(flights)),
  };
}

async function sortOut(pool: Pool, claims: Claim[]): Promise<Triage> {
  const deliveryIds = claims.map(({ deliveryId }) => deliveryId);
  const webhookIds = [...new Set(claims.map(({ webhookId }) => webhookId))];
  const [deliveries, webhooks] = await Promise.all([findSendable(pool, deliveryIds), findWebhooks(pool, webhookIds)]);
  return triage(claims, deliveries, webhooks);
}
