import { setTimeout as sleep } from 'node:timers/promises';
import { ApiProblem, Unreachable } from '../../../client/problem.ts';
import type { Attempt, AttemptFeed, Look } from './attempt-feed.ts';

type Following = {
  feed: Pick<AttemptFeed, 'look'>;
  /** What the beginning of the feed found. */
  first: Look;
  everyMs: number;
  signal: AbortSignal;
  /**
   * Handles attempts, and takes those out of the list that are done. Where it throws, it gets the
   * others again.
   */
  handle: (waiting: Attempt[]) => Promise<void>;
  /** Says something beside the attempts. */
  tell: (line: string) => void;
};

/**
 * Hands on what a feed finds until the signal comes. A server that is away is asked again until it
 * answers, and then the feed goes on where it was.
 */
export async function followFeed(following: Following): Promise<void> {
  const { first, everyMs, signal, tell } = following;
  const waiting: Attempt[] = [];
  take(first, waiting, tell);
  let isAway = false;
  try {
    for (;;) {
      const fault = await step(following, waiting);
      if (fault !== undefined && !isAway) tell(`${fault.message}. It is asked again and again.`);
      if (fault === undefined && isAway) tell('The server answers again.');
      isAway = fault !== undefined;
      await sleep(everyMs, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Undefined: it is done. An error: the server is away. @throws any other error */
async function step(
  { feed, handle, tell }: Following,
  waiting: Attempt[],
): Promise<Error | undefined> {
  try {
    if (waiting.length === 0) take(await feed.look(), waiting, tell);
    if (waiting.length > 0) await handle(waiting);
    return undefined;
  } catch (error) {
    if (isPassing(error)) return error;
    throw error;
  }
}

function take({ attempts, leftOutBefore }: Look, waiting: Attempt[], tell: Following['tell']) {
  if (leftOutBefore !== undefined)
    tell(
      `More came than is read at a time. The newest ${attempts.length} are taken, and those before ${leftOutBefore} are left out.`,
    );
  waiting.push(...attempts);
}

/** A server that starts, and a proxy before one that is away, answer so for a while. */
function isPassing(error: unknown): error is Error {
  if (error instanceof Unreachable) return true;
  if (!(error instanceof ApiProblem)) return false;
  return error.code === 0 || error.status >= 500 || error.status === 408;
}
