import type { Lanes } from './lanes.ts';
import type { Line } from './line.ts';
import type { Claim, ClaimableQueue } from './queue.ts';

export type Intake = {
  /** Claims what there is room for; nothing where there is no room or nothing can be waiting. */
  claim(): Promise<Claim[]>;
  /** There may be something new. */
  wake(): void;
  /** A webhook has room again. */
  freed(webhookId: string): void;
  /** Milliseconds until claiming again makes sense if nothing happens. */
  waitMs(): number;
};

/** A claim has a cost of its own: with a backlog they are this far apart, so that each brings many. */
const BACKLOG_GAP_MS = 20;

/** Most claims at once for the slow lane: it is filled bit by bit, as most of what is claimed may have to go back. */
const SLOW_BATCH = 20;

type Plan = { lane: 'fast' | 'slow'; limit: number; ignore: string[] };

/**
 * Decides what to claim when. The fast lane's claims leave slow webhooks out, so that their backlog does not hide the others;
 * the slow lane's, smaller, take what is there. A lane whose claim came back short is left alone until there may be more, which
 * somebody tells us or, at the latest, the polling interval does.
 */
export function createIntake(queue: ClaimableQueue, lanes: Lanes, line: Line, pollingIntervalMs: number): Intake {
  const mayHaveMore = { fast: true, slow: true };
  let ignored = new Set<string>();
  let nextAt = 0;
  let pollAt = 0;
  let backlog = false;
  let turn: Plan['lane'] = 'slow';

  function plans(): Plan[] {
    const crowded = [...new Set([...lanes.full(), ...line.webhookIds()])];
    const slow = lanes.slow();
    const all: Plan[] = [
      { lane: 'fast', limit: lanes.freeFast() - line.size(), ignore: [...new Set([...crowded, ...slow])] },
      { lane: 'slow', limit: slow.length > 0 ? Math.min(SLOW_BATCH, lanes.freeSlow()) : 0, ignore: crowded },
    ];
    return all.filter(({ lane, limit }) => limit > 0 && mayHaveMore[lane]);
  }

  /** Takes turns where both lanes want something. */
  function nextPlan(): Plan | undefined {
    const possible = plans();
    return possible.find(({ lane }) => lane !== turn) ?? possible[0];
  }

  function wake(): void {
    mayHaveMore.fast = true;
    mayHaveMore.slow = true;
    ignored.clear();
    pollAt = performance.now() + pollingIntervalMs;
  }

  return {
    async claim() {
      const now = performance.now();
      if (now >= pollAt) wake();
      const plan = now >= nextAt ? nextPlan() : undefined;
      if (plan === undefined) return [];
      turn = plan.lane;
      // Before the answer: what is told meanwhile must not be forgotten.
      mayHaveMore[plan.lane] = false;
      ignored = new Set([...ignored, ...plan.ignore]);
      try {
        const { claims, more } = await queue.claim({ limit: plan.limit, ignore: plan.ignore, from: 'oldest' });
        backlog = more;
        if (backlog) mayHaveMore[plan.lane] = true;
        return claims;
      } finally {
        nextAt = now + Math.max(backlog ? BACKLOG_GAP_MS : 0, 2 * (performance.now() - now));
      }
    },
    wake,
    freed(webhookId) {
      if (!ignored.delete(webhookId)) return;
      mayHaveMore.fast = true;
      mayHaveMore.slow = true;
    },
    waitMs: () => Math.max(0, (plans().length > 0 ? nextAt : pollAt) - performance.now()),
  };
}
