import { BadRequest } from './problem.ts';

/** Deeper JSON is refused: to write it takes a call of a function for each level. */
const MAX_DEPTH = 1000;

/** What is said of the number of a payload that would not be sent as it was given. */
const INEXACT = 'must be between -9007199254740991 and 9007199254740991; send the payload as text';

/**
 * The text that is sent for a payload: a string as it is, an object or array as compact JSON. Its
 * numbers were read in double precision, so that those beyond +-(2^53 - 1) may be others by now.
 * @throws BadRequest that names the place at fault
 */
export function payloadText(payload: string | object | null | undefined): string {
  if (payload === undefined || payload === null) return '';
  if (typeof payload === 'string') return payload;
  checkNumbers(payload);
  return JSON.stringify(payload);
}

type Found = { value: unknown; path: Path; depth: number };

/** The way to a value, from its end to its beginning. */
type Path = { name: string; before: Path } | undefined;

function checkNumbers(payload: object): void {
  const found: Found[] = [{ value: payload, path: undefined, depth: 0 }];
  for (let one = found.pop(); one !== undefined; one = found.pop()) {
    const { value, path, depth } = one;
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER)
      throw new BadRequest('invalid', `${['payload', ...namesOf(path)].join('.')}: ${INEXACT}`);
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_DEPTH)
      throw new BadRequest('invalid', 'payload: is nested too deeply; send it as text');
    for (const [name, inner] of Object.entries(value))
      found.push({ value: inner, path: { name, before: path }, depth: depth + 1 });
  }
}

function namesOf(path: Path): string[] {
  const names: string[] = [];
  for (let step = path; step !== undefined; step = step.before) names.unshift(step.name);
  return names;
}

/** Whether a text has more bytes in UTF-8, where a UTF-16 unit takes one to three. */
export function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes;
}
