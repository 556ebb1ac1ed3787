import type { Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import { IS_HELD_EXPIRED } from '../deliveries/expiry.ts';
import { IS_LATER_NEAR } from '../deliveries/release.ts';
import { IS_OPERATION_UNDER_WAY } from '../operations/operation-store.ts';
import { hasMoreJobs } from '../queue/live-jobs.ts';
import { HAS_ENDED_SECRET } from '../webhooks/secrets/secret-store.ts';
import { IS_WEBHOOK_DUE } from '../webhooks/wake.ts';
import { IS_WEBHOOK_HIDDEN } from '../webhooks/webhook-store.ts';
import { SMALLEST_WINDOW } from '../webhooks/limits/window.ts';

/** Which of these tasks would find something to do now. */
export type Due = {
  release: boolean;
  census: boolean;
  purge: boolean;
  expiry: boolean;
  secrets: boolean;
  operations: boolean;
};

/** Where it is not known, all of them look for themselves. */
export const ALL_DUE: Due = {
  release: true,
  census: true,
  purge: true,
  expiry: true,
  secrets: true,
  operations: true,
};

/**
 * Asks for all of them by one read, as there is mostly nothing to do for any: apart they took seven
 * round trips a second. Each part reads one row, in the order of its index. No window is smaller
 * than `liveJobs` and the smallest of webhooks with limits. Planned each time it takes 0.6 ms of
 * PostgreSQL, and 0.1 ms with a plan that is kept.
 */
export async function whatIsDue(db: Queryable, liveJobs: number): Promise<Due> {
  const least = Math.min(liveJobs, SMALLEST_WINDOW);
  const { rows } = await db.query<Due>(
    hot(
      `select ${IS_WEBHOOK_DUE} or ${IS_LATER_NEAR} as release, ${hasMoreJobs('$1')} as census,
         ${IS_WEBHOOK_HIDDEN} as purge, ${IS_HELD_EXPIRED} as expiry,
         ${HAS_ENDED_SECRET} as secrets, ${IS_OPERATION_UNDER_WAY} as operations`,
      [least],
    ),
  );
  return rows[0] ?? ALL_DUE;
}
