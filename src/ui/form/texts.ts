import { asRanges, fromRanges } from '../parts/ranges.ts';
import type { Field } from './schema.ts';

/** What a text was read as. Undefined: nothing. */
export type Read = { value?: unknown; fault?: string };

/** Of these the order means nothing, and there are many: they are written as ranges. */
const RANGED = new Set(['valid_status_codes']);

/** Reads `200-204, 410`, or where the order counts `5, 60, 600`. */
export function readNumbers(text: string, { name, schema }: Field): Read {
  if (text.trim() === '') return {};
  if (RANGED.has(name)) {
    const value = fromRanges(text, schema.maxItems ?? Infinity);
    if (value !== undefined) return { value };
    return { fault: 'Whole numbers and ranges with commas between them, such as 200-204, 410.' };
  }
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.every((part) => /^\d{1,15}$/.test(part))) return { value: parts.map(Number) };
  return { fault: 'Whole numbers with commas between them.' };
}

/** Reads `order.paid, invoice.*`. */
export function readWords(text: string): Read {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  return words.length === 0 ? {} : { value: words };
}

/** Reads an object in JSON. */
export function readJson(text: string): Read {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value };
    return { fault: 'It must be an object of JSON: { … }.' };
  } catch (error) {
    return { fault: `It is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The text that is read as a value. */
export function writeValue({ name, kind }: Field, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (kind === 'json') return JSON.stringify(value, null, 2);
  if (!Array.isArray(value)) return '';
  return RANGED.has(name) ? asRanges(value as number[], '-') : value.join(', ');
}
