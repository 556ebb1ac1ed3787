import type { Fault } from './json-schema.ts';
import { below } from './json-schema.ts';

/** Most bytes of a schema, or of an example, as compact JSON. */
export const MAX_SCHEMA_BYTES = 64 * 1024;

/** Deeper JSON is refused: what reads schemas calls itself. */
const MAX_DEPTH = 64;

/** An object or array, with the way to it: as text that would be as long as the payload, each. */
type Part = { value: object; depth: number; name: string; parent: Part | undefined };

/**
 * A value as compact JSON, or why it cannot be stored. It works through the value without calling
 * itself, however deep that is, and no further than there is room: a document may be far larger.
 */
export function schemaText(value: unknown): { text: string } | { fault: Fault } {
  const fault = shapeFault(value);
  if (fault !== undefined) return { fault };
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  return bytes <= MAX_SCHEMA_BYTES ? { text } : { fault: tooLarge(`has ${bytes}`) };
}

function tooLarge(found: string): Fault {
  const message = `may have at most ${MAX_SCHEMA_BYTES} bytes as compact JSON, and ${found}`;
  return { pointer: '', message };
}

function shapeFault(value: unknown): Fault | undefined {
  if (typeof value !== 'object' || value === null) return scalarFault(value, () => '');
  const left: Part[] = [{ value, depth: 0, name: '', parent: undefined }];
  let characters = 0;
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const { value: one, depth } = part;
    if (depth === MAX_DEPTH) return { pointer: '', message: 'is nested too deeply' };
    const names = Array.isArray(one) ? undefined : Object.keys(one);
    const inners: unknown[] = Array.isArray(one) ? one : Object.values(one);
    // Each has a character at least, and a comma or a bracket.
    characters += 2 * inners.length;
    if (characters > MAX_SCHEMA_BYTES) return tooLarge('has more');
    for (const [i, inner] of inners.entries()) {
      const name = names?.[i] ?? String(i);
      if (names !== undefined) characters += name.length;
      if (typeof inner === 'string') characters += inner.length;
      if (characters > MAX_SCHEMA_BYTES) return tooLarge('has more');
      const parent = part;
      const fault = scalarFault(inner, () => below(pointerOf(parent), name));
      if (fault !== undefined) return fault;
      if (typeof inner === 'object' && inner !== null)
        left.push({ value: inner, depth: depth + 1, name, parent });
    }
  }
  return undefined;
}

function scalarFault(value: unknown, pointer: () => string): Fault | undefined {
  if (typeof value === 'string' && value.length > MAX_SCHEMA_BYTES) return tooLarge('has more');
  if (typeof value !== 'number' || Number.isFinite(value)) return undefined;
  return { pointer: pointer(), message: 'must be a number that fits a double' };
}

function pointerOf({ name, parent }: Part): string {
  return parent === undefined ? '' : below(pointerOf(parent), name);
}
