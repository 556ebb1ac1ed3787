import type { Fault } from './json-schema.ts';
import { below } from './json-schema.ts';

/** Most bytes of a schema, or of an example, as compact JSON. */
export const MAX_SCHEMA_BYTES = 64 * 1024;

/** Deeper JSON is refused: what reads schemas calls itself. */
const MAX_DEPTH = 64;

/**
 * A value as compact JSON, or why it cannot be stored. It works through the value without calling
 * itself, however deep that is.
 */
export function schemaText(value: unknown): { text: string } | { fault: Fault } {
  const fault = shapeFault(value);
  if (fault !== undefined) return { fault };
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_SCHEMA_BYTES) return { text };
  const message = `may have at most ${MAX_SCHEMA_BYTES} bytes as compact JSON, and has ${bytes}`;
  return { fault: { pointer: '', message } };
}

function shapeFault(value: unknown): Fault | undefined {
  const left = [{ value, pointer: '', depth: 0 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value: one, pointer, depth } = next;
    if (typeof one === 'number' && !Number.isFinite(one))
      return { pointer, message: 'must be a number that fits a double' };
    if (typeof one !== 'object' || one === null) continue;
    if (depth === MAX_DEPTH) return { pointer: '', message: 'is nested too deeply' };
    for (const [name, inner] of Object.entries(one))
      if (typeof inner === 'number' || (typeof inner === 'object' && inner !== null))
        left.push({ value: inner, pointer: below(pointer, name), depth: depth + 1 });
  }
  return undefined;
}
