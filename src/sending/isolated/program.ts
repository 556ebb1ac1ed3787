import { writeFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { Worker } from 'node:worker_threads';
import { keepHeapSmall } from '../../process/small-heap.ts';
import type { WebhookRequest } from '../request.ts';
import type { Exchange, Sender, SenderOptions } from '../send.ts';

/** What the parent asks for, one at a time. */
export type Order = {
  options: SenderOptions;
  request: WebhookRequest;
  timeoutMs: number;
  spentMs: number;
};

/** `ready` comes first and once, then an exchange an order. */
export type Report = 'ready' | Exchange;

/**
 * The program of a process that sends for its parent, so that the parent outlives a send on which
 * processes die. It ends with its parent, and otherwise when the parent kills it: a signal to the
 * whole group, as Ctrl-C sends it, is for the parent to judge.
 */
process.on('disconnect', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
dieFirst();
// It sees that the parent is gone while this thread is busy.
new Worker(new URL('./orphan-watch.ts', import.meta.url), { workerData: process.ppid }).unref();
const { HttpSender } = await import('../send.ts');
flushCompileCache();
keepHeapSmall();

let sender: Sender | undefined;
process.on('message', ({ options, request, timeoutMs, spentMs }: Order) => {
  sender ??= new HttpSender(options);
  const { signal } = new AbortController();
  void sender.send(request, { timeoutMs, spentMs, signal }).then(report);
});
report('ready');

function report(what: Report): void {
  process.send?.(what);
}

/** Not process.exit: that waits for a name look-up that hangs. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** When memory runs out Linux ends this process rather than another one. */
function dieFirst(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Another system, or one that does not let us: it chooses by itself.
  }
}
