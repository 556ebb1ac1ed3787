import { beginning } from '../metadata.ts';

export const MAX_BYTES = 4096;

/** Objects and arrays, one in the other. The filter itself is the first. */
const MAX_DEPTH = 8;

/**
 * Why a value of JSON may not stand in a filter, with its place in front; undefined: it may. What
 * is taken means the same when it is read back from the database.
 */
export function valueFault(value: unknown, place: string, depth = 1): string | undefined {
  if (typeof value === 'string') return isText(value) ? undefined : `${place}: ${NO_TEXT}`;
  if (typeof value === 'number') return numberFault(value, place);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return `${place}: must NOT be nested more than ${MAX_DEPTH} deep`;
  for (const [name, inner] of Object.entries(value)) {
    const at = `${place}.${beginning(name)}`;
    const fault = isText(name) ? valueFault(inner, at, depth + 1) : `${at}: a name ${NO_TEXT}`;
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const NO_TEXT = 'must be text without U+0000 and without unpaired surrogates';

const isText = (text: string) => !text.includes('\0') && text.isWellFormed();

/** PostgreSQL keeps more digits than we compare with. */
function numberFault(value: number, place: string): string | undefined {
  if (!Number.isFinite(value)) return `${place}: must be a number within double precision`;
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return undefined;
  return `${place}: a whole number must be within ±${Number.MAX_SAFE_INTEGER}`;
}
