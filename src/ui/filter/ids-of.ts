import { fitting } from '../fitting.ts';
import { api } from '../session.ts';
import { asked, type DeliveryFilter } from './delivery-filter.ts';

const PAGE_ITEMS = 200;

/** The ids of the newest deliveries that match. `isCut`: there are more than `most`. */
export async function idsOf(
  filter: DeliveryFilter,
  most: number,
  signal: AbortSignal,
): Promise<{ ids: string[]; isCut: boolean }> {
  const ids: string[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null && ids.length < most) {
    const next = cursor === undefined ? {} : { cursor };
    const left = Math.min(PAGE_ITEMS, most - ids.length);
    const page = await fitting((limit) => {
      const query = { ...asked(filter), ...next, limit };
      return api.peek().get('/deliveries', { query, signal });
    }, left);
    ids.push(...page.deliveries.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  return { ids, isCut: cursor !== null };
}
