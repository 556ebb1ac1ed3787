import { countDeliveries } from '../../deliveries/delivery-count.ts';
import { MOST_COUNTED } from '../../operations/operation.ts';
import type { FewAtOnce } from '../few-at-once.ts';
import { filtersOf } from '../delivery-filters.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { createdBetween } from '../page.ts';

/** Counting ends with the step that is under way then. */
const MOST_MS = 150;

export function countHandlers(
  { pool }: ApiParts,
  counting: FewAtOnce,
): Pick<Operations, 'countDeliveries'> {
  const bounds = { most: MOST_COUNTED, ms: MOST_MS };
  return {
    async countDeliveries({ query }) {
      const asked = { filter: filtersOf(query), createdAt: createdBetween(query) };
      const count = await counting.run(() => countDeliveries(pool, asked, bounds));
      return { status: 200, body: count };
    },
  };
}
