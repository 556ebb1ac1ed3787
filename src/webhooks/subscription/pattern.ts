/** The name of a type of events: parts with dots between them. */
const NAME = /^[a-z0-9_]+(?:\.[a-z0-9_]+)*$/;
const MAX_NAME = 128;

/** What it says of types below its name, where it ends so. */
const BELOW = '.**';
const ONE_BELOW = '.*';

/**
 * Why this is no pattern of types; undefined: it is one. A pattern is a name, `a.*` for each name
 * one level below `a`, `a.**` for all below it, `*` for names without a dot, or `**` for all.
 */
export function patternFault(pattern: unknown): string | undefined {
  if (typeof pattern !== 'string') return 'must be string';
  if (pattern === '*' || pattern === '**') return undefined;
  const name = nameOf(pattern);
  if (name.length > MAX_NAME) return `a name must NOT have more than ${MAX_NAME} characters`;
  if (!NAME.test(name))
    return 'must be a name such as order.paid, or a name with .* or .** behind it, or * or **';
  return undefined;
}

/** Every pattern that matches a type, the type itself among them: at most 66. */
export function patternsOf(type: string): string[] {
  const parent = parentOf(type);
  const oneLevel = parent === '' ? '*' : parent + ONE_BELOW;
  return [type, oneLevel, ...ancestorsOf(type).map((name) => name + BELOW), '**'];
}

/** Whether one of the patterns matches a type. */
export function matchesType(patterns: readonly string[], type: string): boolean {
  const matching = new Set(patternsOf(type));
  return patterns.some((pattern) => matching.has(pattern));
}

/**
 * The patterns without those that match nothing which another one does not match too. No two of
 * what is left match the same type: of two that do, the one always covers the other.
 */
export function withoutCovered(patterns: readonly string[]): string[] {
  const all = new Set(patterns);
  return [...all].filter((pattern) => coveringOf(pattern).every((other) => !all.has(other)));
}

/** Every other pattern that matches all that this one does. */
function coveringOf(pattern: string): string[] {
  if (pattern === '**') return [];
  if (pattern === '*') return ['**'];
  const name = nameOf(pattern);
  if (pattern === name) return patternsOf(name).slice(1);
  const above = [...ancestorsOf(name).map((one) => one + BELOW), '**'];
  return pattern.endsWith(BELOW) ? above : [name + BELOW, ...above];
}

function nameOf(pattern: string): string {
  return pattern.replace(/\.\*\*?$/, '');
}

/** `a.b` and `a` of `a.b.c`. */
function ancestorsOf(name: string): string[] {
  const found = [];
  for (let one = parentOf(name); one !== ''; one = parentOf(one)) found.push(one);
  return found;
}

/** Empty: it has none. */
function parentOf(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf('.'), 0));
}
