import type { Assignment, Attempted } from './deliver.ts';
import type { Claim } from './queue.ts';
import { buildRequest } from './request.ts';

/**
 * A crash takes every send of its process down, so a few deaths say little about one job: from here on it is sent alone,
 * and the next death is its own.
 */
const SUSPECT_AFTER_DEATHS = 3;

/** It died alone, twice. */
const HOPELESS_AFTER_DEATHS = 5;

export function isSuspect({ lost }: Claim): boolean {
  return lost >= SUSPECT_AFTER_DEATHS;
}

export function isHopeless({ lost }: Claim): boolean {
  return lost >= HOPELESS_AFTER_DEATHS;
}

/** The failed attempt that ends a delivery on which workers die. It is final: every further try would cost another worker. */
export function condemn(assignment: Assignment): Attempted {
  const { claim, delivery, webhook } = assignment;
  const message = `the worker died ${claim.lost} times while sending this, twice with nothing else in work; it is not tried again`;
  return {
    ...assignment,
    kind: 'attempted',
    attempt: delivery.delivery_attempts + 1,
    request: buildRequest(webhook, delivery.payload),
    exchange: { kind: 'failure', reason: 'other', message, durationMs: 0 },
    verdict: { kind: 'failed' },
  };
}
