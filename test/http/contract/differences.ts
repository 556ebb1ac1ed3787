import type { RawAnswer } from '../request.ts';

/** What was recorded of the reference program, and which part of it holds for us. */
export type Case = {
  name: string;
  /** A statement in place of a request: it prepares rows for the cases that follow. */
  sql?: string;
  request: {
    method: string;
    port: 8000 | 8001;
    path: string;
    headers: Record<string, string>;
    body: string | null;
  };
  recorded: { status: number; body: string };
  /**
   * Null: nothing is promised. `same`: the recorded body holds for us too. `details`: what they
   * must name.
   */
  expect: { status: number[]; code?: number[]; details?: string; same?: boolean } | null;
};

type Problem = { code?: unknown; message?: unknown; details?: unknown };

/**
 * All ways in which an answer is not what a case expects. `recorded` is the recorded body with live
 * ids in it.
 */
export function differences(
  expected: NonNullable<Case['expect']>,
  recorded: unknown,
  answer: RawAnswer,
): string[] {
  if (!expected.status.includes(answer.status))
    return [`status ${answer.status}, expected ${expected.status.join(' or ')}: ${answer.text}`];
  const problem = (answer.json ?? {}) as Problem;
  const found: string[] = [];
  if (answer.status >= 400 && typeof problem.message !== 'string')
    found.push(`an error without a JSON message: ${answer.text}`);
  if (expected.code && !expected.code.includes(problem.code as number))
    found.push(`code ${String(problem.code)}, expected ${expected.code.join(' or ')}`);
  if (expected.details !== undefined && !String(problem.details).includes(expected.details))
    found.push(`details ${JSON.stringify(problem.details)} do not name ${expected.details}`);
  if (expected.same && recorded !== undefined) found.push(...unlike(recorded, answer.json, 'body'));
  return found;
}

/**
 * Members that we have and the reference did not are fine; everything else has to be there and
 * equal.
 */
function unlike(recorded: unknown, live: unknown, place: string): string[] {
  if (Array.isArray(recorded)) {
    if (!Array.isArray(live)) return [`${place} is no array`];
    if (live.length !== recorded.length)
      return [`${place} has ${live.length} items, expected ${recorded.length}`];
    return recorded.flatMap((item, i) => unlike(item, live[i], `${place}[${i}]`));
  }
  if (typeof recorded === 'object' && recorded !== null) {
    const members = (live ?? {}) as Record<string, unknown>;
    return Object.entries(recorded).flatMap(([name, value]) =>
      unlike(value, members[name], `${place}.${name}`),
    );
  }
  if (isTime(recorded) && isTime(live))
    return sameTime(recorded, live) ? [] : [`${place} is ${live}, expected ${recorded}`];
  return recorded === live
    ? []
    : [`${place} is ${JSON.stringify(live)}, expected ${JSON.stringify(recorded)}`];
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
}

/**
 * The cases set some times, all in 2024, by SQL. The others are those of the recording and of now.
 */
function sameTime(recorded: string, live: string): boolean {
  return !recorded.startsWith('2024-') || Date.parse(recorded) === Date.parse(live);
}
