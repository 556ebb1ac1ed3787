import { isUtf8 } from 'node:buffer';
import { BadRequest } from '../problem.ts';

/** The fields of requests that may have fractions. */
export const FRACTIONS: ReadonlySet<string> = new Set(['retry_jitter']);

/** The fields of requests that hold JSON of a client's own, with any numbers. */
const FREE: ReadonlySet<string> = new Set(['filter', 'payload', 'schema', 'example']);

/**
 * More values than openapi.yaml allows in any document with numbers that count: 500 status codes
 * and some fields. The numbers in a large batch are fields that are ignored.
 */
const MAX_MARKED_VALUES = 1000;

/**
 * Far more values, and members of objects, than a caller sends by mistake. Up to this number the
 * validator names the field at fault. Fewer members are allowed, as a member costs more than a
 * value: V8 keeps each name, and 59,000 of them took 50 ms.
 */
const MAX_VALUES = 60_000;
const MAX_MEMBERS = 20_000;

/** Deeper JSON is refused. What openapi.yaml knows is 3 deep, and the rest is a client's own. */
const MAX_DEPTH = 2000;

/** A body of up to this size is parsed in 20 ms, whatever it holds. */
const HARMLESS_BYTES = 256 * 1024;

/**
 * Parses a request body. But for `FRACTIONS` the API has whole numbers only, written with digits
 * alone: `3.0` and `1e1` become NaN, which no schema accepts, so that the validator names the
 * field. `any`: numbers are taken as JSON has them. Parsing 1 MiB that is full of values takes up
 * to 80 ms, and 400 ms with a look at how each number is written. So values are counted first, and
 * no body stops the process for long.
 * @throws BadRequest
 */
export function parseJson(bytes: Buffer, numbers: 'whole' | 'any' = 'whole'): unknown {
  // Decoding would silently replace invalid bytes: what is delivered would not be what was sent.
  if (!isUtf8(bytes)) throw new BadRequest('malformed', 'the body is not valid UTF-8');
  if (bytes.length > HARMLESS_BYTES) checkValues(bytes);
  // A byte order mark in front may be ignored (RFC 8259, section 8.1).
  const text = bytes.toString().replace(/^\ufeff/, '');
  if (text === '') return {};
  try {
    const document: unknown = JSON.parse(text);
    if (numbers === 'any') return document;
    return mayHoldFractions(document)
      ? withFree(JSON.parse(text, markFraction), document)
      : document;
  } catch (error) {
    throw new BadRequest('malformed', withoutQuote((error as SyntaxError).message));
  }
}

/**
 * V8 quotes ten characters on each side of a token that it did not expect, and a short text as a
 * whole. There may be secrets in it, and what is answered ends in the logs of callers.
 */
function withoutQuote(message: string): string {
  return message.replace(/^(Unexpected token '.+?'), .* is not valid JSON$/s, '$1 in JSON');
}

/** A payload that is text is one value, whatever is in it. */
const TOO_MANY = `body: has more values than any request may have, which is ${MAX_VALUES}, and ${MAX_MEMBERS} members of objects; send payloads as text`;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

/**
 * Each value of an array and each member of an object follows a bracket, a brace or a comma outside
 * of strings.
 */
function checkValues(bytes: Buffer): void {
  let values = 1;
  let members = 0;
  let depth = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (byte === QUOTE) i = endOfString(bytes, i);
    else if (byte === COMMA) values += 1;
    else if (byte === COLON) members += 1;
    else if (byte === ARRAY_END || byte === OBJECT_END) depth -= 1;
    else if (byte === ARRAY || byte === OBJECT) {
      values += 1;
      depth += 1;
      if (depth > MAX_DEPTH) throw new BadRequest('malformed', 'the body is nested too deeply');
    }
    if (values > MAX_VALUES || members > MAX_MEMBERS) throw new BadRequest('invalid', TOO_MANY);
  }
}

/**
 * In this form V8 takes 0.7 ms for 1 MiB; with a step of one or two bytes computed in the loop's
 * head it took 2.9.
 */
function endOfString(bytes: Buffer, start: number): number {
  for (let i = start + 1; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH) i += 1;
  }
  return bytes.length;
}

/** Whether it has numbers to look at: not where it has more values than `MAX_MARKED_VALUES`. */
function mayHoldFractions(document: unknown): boolean {
  let hasNumber = false;
  const found = [document];
  for (let i = 0; i < found.length; i += 1) {
    const value = found[i];
    if (typeof value === 'number') hasNumber = true;
    else if (typeof value === 'object' && value !== null)
      for (const inner of Object.values(value)) found.push(inner);
    if (found.length > MAX_MARKED_VALUES) return false;
  }
  return hasNumber;
}

/**
 * A document with marks, and its fields that may hold any numbers without them. `document` has
 * `MAX_MARKED_VALUES` at most, and the same members.
 */
function withFree(marked: unknown, document: unknown): unknown {
  if (typeof document !== 'object' || document === null) return marked;
  for (const [name, value] of Object.entries(document)) {
    if (FREE.has(name)) (marked as Fields)[name] = value;
    else withFree((marked as Fields)[name], value);
  }
  return marked;
}

type Fields = Record<string, unknown>;

function markFraction(key: string, value: unknown, context?: { source?: string }): unknown {
  if (FRACTIONS.has(key)) return value;
  return typeof value === 'number' && !/^-?\d+$/.test(context?.source ?? '') ? NaN : value;
}
