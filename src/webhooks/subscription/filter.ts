import { beginning } from '../metadata.ts';
import {
  ALWAYS,
  allOf,
  notOf,
  oneOf,
  ofMember,
  type Condition,
  type Need,
  type Truth,
} from './condition.ts';
import { isScalar } from './equality.ts';
import { isEqual, OPERATORS } from './operators.ts';
import { MAX_BYTES, valueFault } from './value-fault.ts';

/**
 * Which events a webhook gets, by what is in them: JSON as its owner wrote it, which mirrors the
 * event. What it means is in docs/events.md.
 */
export type Filter = Record<string, unknown>;

/** Of an event what filters look at. A payload that is no JSON is `NOT_JSON`. */
export type Looked = { payload: unknown; metadata: Record<string, string> };

export const NOT_JSON = Symbol('a payload that is no JSON');

/** A filter that was read. `payload` of an event may be left out where nothing looks at it. */
export type ReadFilter = {
  test(event: Looked): Truth;
  looksAtPayload: boolean;
  needs: Need[];
};

/** A filter that has no meaning. The message begins with the place. */
export class FilterFault extends Error {
  override name = 'FilterFault';
}

const MAX_TERMS = 64;
const KNOWN = [...OPERATORS.keys(), '$and', '$or', '$not'].join(', ');

/**
 * Reads a filter of any origin. Its tests take no longer than a filter of 4 KiB can ask for,
 * whatever the event is. @throws FilterFault
 */
export function readFilter(filter: unknown): ReadFilter {
  const fault = valueFault(filter, 'filter');
  if (fault !== undefined) throw new FilterFault(fault);
  if (Buffer.byteLength(JSON.stringify(filter)) > MAX_BYTES)
    throw new FilterFault(`filter: must NOT have more than ${MAX_BYTES} bytes of JSON`);
  const reader = new FilterReader();
  const { test, needs } = reader.readEvent(filter, 'filter');
  return { test, needs, looksAtPayload: reader.looksAtPayload };
}

/** Why a filter is refused, to be read by clients; undefined: it is taken. */
export function filterFault(filter: unknown): string | undefined {
  try {
    readFilter(filter);
    return undefined;
  } catch (error) {
    if (error instanceof FilterFault) return error.message;
    throw error;
  }
}

/** A reader of conditions at one level: of the event, or of what is in it. */
type Read = (value: unknown, place: string) => Condition;

class FilterReader {
  looksAtPayload = false;
  #terms = 0;

  /** A condition on the event: what it asks of payload and metadata, and conditions like it. */
  readonly readEvent: Read = (value, place) => {
    if (isScalar(value) || Array.isArray(value)) throw new FilterFault(`${place}: must be object`);
    return allOf(
      Object.entries(value as Filter).map(([name, inner]) => {
        const at = `${place}.${beginning(name)}`;
        if (name === 'payload') return this.#ofPayload(this.#readValue(inner, at));
        if (name === 'metadata') return ofMember('metadata', this.#readValue(inner, at));
        const joined = this.#readJoined(name, inner, { at, read: this.readEvent });
        if (joined !== undefined) return joined;
        throw new FilterFault(`${at}: is not known; there are payload, metadata, $and, $or, $not`);
      }),
    );
  };

  /** A condition on a value in the event. A plain value stands for `$eq`. */
  readonly #readValue: Read = (value, place) => {
    if (isScalar(value) || Array.isArray(value)) {
      this.#count();
      return isEqual(value);
    }
    const parts = Object.entries(value as Filter).map(([name, inner]) => {
      const at = `${place}.${beginning(name)}`;
      if (!name.startsWith('$')) return ofMember(name, this.#readValue(inner, at));
      return (
        this.#readJoined(name, inner, { at, read: this.#readValue }) ??
        this.#readCompared(name, inner, at)
      );
    });
    return allOf(parts);
  };

  /** Of a payload that is no JSON nothing can be said. */
  #ofPayload(condition: Condition): Condition {
    if (condition === ALWAYS) return ALWAYS;
    this.looksAtPayload = true;
    const { test, needs } = ofMember('payload', condition);
    return {
      test: (event) => ((event as Looked).payload === NOT_JSON ? undefined : test(event)),
      needs,
    };
  }

  /** `$and`, `$or` and `$not`; undefined: it is none of them. */
  #readJoined(
    name: string,
    operand: unknown,
    { at, read }: { at: string; read: Read },
  ): Condition | undefined {
    if (name !== '$and' && name !== '$or' && name !== '$not') return undefined;
    this.#count();
    if (name === '$not') return notOf(read(operand, at));
    if (!Array.isArray(operand) || operand.length === 0)
      throw new FilterFault(`${at}: must be an array that is not empty`);
    const conditions = operand.map((one, i) => read(one, `${at}.${i}`));
    return name === '$and' ? allOf(conditions) : oneOf(conditions);
  }

  #readCompared(name: string, operand: unknown, at: string): Condition {
    this.#count();
    const operator = OPERATORS.get(name);
    if (operator === undefined)
      throw new FilterFault(`${at}: is not a known operator; there are ${KNOWN}`);
    const fault = operator.fault(operand);
    if (fault !== undefined) throw new FilterFault(`${at}: ${fault}`);
    return operator.condition(operand);
  }

  /** Each operator and each plain value is a term. */
  #count(): void {
    this.#terms += 1;
    if (this.#terms > MAX_TERMS)
      throw new FilterFault(`filter: must NOT have more than ${MAX_TERMS} terms`);
  }
}
