import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Reader } from '../client/explaining/time-words.ts';
import { localTime } from './parts/moment.ts';

/** A clock that differs by less counts as right, as `Date` of an answer has whole seconds. */
const TOLERANCE_MS = 2000;

/** By how much the clock of the server is ahead of that of the reader, in milliseconds. */
let aheadMs: number | undefined;

/** The time by the clock of the server, a new one each second while somebody uses it. */
const now = signal(new Date());

let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The present time, by the clock of the server. The component is drawn again each second. */
export function useNow(): Date {
  useEffect(() => {
    if (users++ === 0) start();
    return () => {
      if (--users === 0) clearInterval(timer);
    };
  }, []);
  return now.value;
}

/** Who reads, for the words of `src/client/`. */
export const useReader = (): Reader => ({
  now: useNow(),
  time: (at) => localTime(at.toISOString()),
});

function start(): void {
  tick();
  timer = setInterval(tick, 1000);
  if (aheadMs === undefined) void measure();
}

function tick(): void {
  if (!document.hidden) now.value = new Date(Date.now() + (aheadMs ?? 0));
}

/** What is due is told by the server: a reader whose clock is wrong must not be told nonsense. */
async function measure(): Promise<void> {
  aheadMs = 0;
  const before = Date.now();
  try {
    const answer = await fetch(location.pathname, { method: 'HEAD' });
    // An answer that nobody reads would be cut off.
    await answer.text();
    const told = Date.parse(answer.headers.get('date') ?? '') + 500;
    const difference = told - (before + Date.now()) / 2;
    if (Math.abs(difference) > TOLERANCE_MS) aheadMs = difference;
    tick();
  } catch {
    aheadMs = undefined;
  }
}
