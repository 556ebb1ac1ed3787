import { leave } from './leave.ts';

/**
 * The same signal may come twice: at Ctrl-C a terminal tells all of its processes, and npm passes
 * its own on to us some milliseconds later.
 */
const SAME_SIGNAL_MS = 500;

/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process at once: somebody insists.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: { signal: NodeJS.Signals; at: number } | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        const at = performance.now();
        if (first?.signal === signal && at - first.at < SAME_SIGNAL_MS) return;
        if (first !== undefined) leave(1);
        first = { signal, at };
        resolve(signal);
      });
    }
  });
}

/**
 * The process was told to stop before it had started: nothing failed, and nothing is left to be
 * done.
 */
export class StoppedEarly extends Error {
  override name = 'StoppedEarly';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`Stopped by ${signal}.`);
    this.signal = signal;
  }
}

/**
 * The outcome of a step, unless the process was told to stop by then. The step goes on in that
 * case, and nobody waits for it: a database that says nothing would keep the process for seconds.
 * @throws StoppedEarly
 */
export async function unlessStopped<Value>(
  stopping: Promise<NodeJS.Signals>,
  step: Promise<Value>,
): Promise<Value> {
  // Both are one step away, and of two that are settled the first counts: the signal.
  const first = await Promise.race([
    stopping.then((signal) => ({ signal })),
    step.then((value) => ({ value })),
  ]);
  if ('signal' in first) throw new StoppedEarly(first.signal);
  return first.value;
}

/** Comes when the process is told to stop, with a StoppedEarly as its reason. */
export function abortedBy(stopping: Promise<NodeJS.Signals>): AbortSignal {
  const controller = new AbortController();
  void stopping.then((signal) => controller.abort(new StoppedEarly(signal)));
  return controller.signal;
}
