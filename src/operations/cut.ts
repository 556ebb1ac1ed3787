import type { CreatedPlace } from '../deliveries/created-place.ts';
import type { LookedAt } from '../deliveries/erasing/carrying.ts';

/** Payloads that a step removes, at most, unless one of them alone has more. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * How much of what was looked at one step takes: `size` rows, and `MOST_BYTES` of payloads.
 * `after` is the last row that it is done with. `isAll`: there is no more behind it.
 */
export function cut(
  looked: LookedAt[],
  size: number,
  look: number,
): { ids: string[]; after: CreatedPlace | undefined; isAll: boolean } {
  const ids: string[] = [];
  let bytes = 0;
  let after: CreatedPlace | undefined;
  for (const { created_at, id, belongs, bytes: more } of looked) {
    const isFull = ids.length >= size || (ids.length > 0 && bytes + more > MOST_BYTES);
    if (belongs && isFull) return { ids, after, isAll: false };
    if (belongs) {
      ids.push(id);
      bytes += more;
    }
    after = { created_at, id };
  }
  return { ids, after, isAll: looked.length < look };
}
