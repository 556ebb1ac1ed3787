import { signal } from '@preact/signals';
import { ApiProblem, Unreachable } from '../client/problem.ts';
import { heedLock } from './session.ts';

/** What was done, or why it could not be. */
export type Notice = { kind: 'done' | 'failed'; text: string };

/** The latest one, until the reader closes it or does something else. */
export const notice = signal<Notice | undefined>(undefined);

/**
 * Does something for the reader, and says what came of it. @returns whether it was done
 */
export async function doing(work: () => Promise<string>): Promise<boolean> {
  notice.value = undefined;
  try {
    notice.value = { kind: 'done', text: await work() };
    return true;
  } catch (error) {
    const failure = heedLock(error);
    if (failure !== undefined) notice.value = { kind: 'failed', text: wordsOf(failure) };
    return false;
  }
}

/** An error in words for the reader. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiProblem) return `The API refused this: ${error.message}.`;
  if (error instanceof Unreachable) return 'The server cannot be reached. Is it still running?';
  return error instanceof Error ? error.message : String(error);
}
