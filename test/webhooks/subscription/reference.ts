import { isDeepStrictEqual } from 'node:util';

/** What a filter says of an event, as slowly and as plainly as it can be written. */
export type Said = 'true' | 'false' | 'fault';

type Members = Record<string, unknown>;

/** What stands for a value that is not there. */
const MISSING = Symbol('missing');

/** `payload` is text, as it was sent. */
export function said(filter: unknown, event: { payload: string; metadata: Members }): Said {
  let payload: unknown;
  let isJson = true;
  try {
    payload = JSON.parse(event.payload);
  } catch {
    isJson = false;
  }
  const ofEvent = (condition: unknown): Said =>
    worst(
      Object.entries(condition as Members).map(([name, inner]) => {
        if (name === 'metadata') return ofValue(inner, event.metadata);
        if (name !== 'payload') return joined(name, inner, ofEvent);
        if (isEmpty(inner)) return 'true';
        return isJson ? ofValue(inner, payload) : 'fault';
      }),
    );
  return ofEvent(filter);
}

function ofValue(condition: unknown, value: unknown): Said {
  if (!isObject(condition)) return yes(isSame(value, condition));
  return worst(
    Object.entries(condition).map(([name, inner]) => {
      if (!name.startsWith('$')) return ofValue(inner, member(value, name));
      if (['$and', '$or', '$not'].includes(name))
        return joined(name, inner, (one) => ofValue(one, value));
      return compared(name, inner, value);
    }),
  );
}

function joined(name: string, operand: unknown, of: (condition: unknown) => Said): Said {
  if (name === '$not') return opposite(of(operand));
  const all = (operand as unknown[]).map(of);
  return name === '$and' ? worst(all) : opposite(worst(all.map(opposite)));
}

function compared(operator: string, operand: unknown, value: unknown): Said {
  const list = operand as unknown[];
  switch (operator) {
    case '$eq':
      return yes(isSame(value, operand));
    case '$neq':
      return yes(!isSame(value, operand));
    case '$in':
      return yes(list.some((one) => isSame(value, one)));
    case '$nin':
      return yes(!list.some((one) => isSame(value, one)));
    case '$exists':
      return yes((value !== MISSING) === operand);
    case '$startsWith':
      return typeof value === 'string' ? yes(value.startsWith(operand as string)) : 'fault';
    case '$endsWith':
      return typeof value === 'string' ? yes(value.endsWith(operand as string)) : 'fault';
    default:
      return inOrder(operator, operand, value);
  }
}

function inOrder(operator: string, operand: unknown, value: unknown): Said {
  if (typeof value !== typeof operand || !['number', 'string'].includes(typeof value))
    return 'fault';
  // Four bytes a character: the order of the bytes is that of the code points.
  const [a, b] = [value, operand].map((one) =>
    typeof one === 'number' ? one : Array.from(one as string, codePoint).join(','),
  ) as [number, number] | [string, string];
  switch (operator) {
    case '$gt':
      return yes(a > b);
    case '$gte':
      return yes(a >= b);
    case '$lt':
      return yes(a < b);
    case '$lte':
      return yes(a <= b);
    default:
      throw new Error(`no such operator: ${operator}`);
  }
}

const codePoint = (character: string) => String(character.codePointAt(0)).padStart(8, '0');

const yes = (is: boolean): Said => (is ? 'true' : 'false');

function opposite(one: Said): Said {
  if (one === 'fault') return 'fault';
  return one === 'true' ? 'false' : 'true';
}

/** Of several that must all be true. */
function worst(all: Said[]): Said {
  if (all.includes('false')) return 'false';
  return all.includes('fault') ? 'fault' : 'true';
}

/** Nothing is asked, however deep that is written. */
function isEmpty(condition: unknown): boolean {
  return (
    isObject(condition) &&
    Object.entries(condition).every(([name, inner]) =>
      name === '$and'
        ? (inner as unknown[]).every(isEmpty)
        : !name.startsWith('$') && isEmpty(inner),
    )
  );
}

function isSame(value: unknown, other: unknown): boolean {
  return value !== MISSING && isDeepStrictEqual(normal(value), normal(other));
}

/** 0 and -0 are one number. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(value: unknown, name: string): unknown {
  const found = isObject(value) ? Object.entries(value).find(([one]) => one === name) : undefined;
  return found === undefined ? MISSING : found[1];
}
