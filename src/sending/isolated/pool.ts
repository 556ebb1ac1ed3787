import type { WebhookRequest } from '../request.ts';
import type { Exchange, Sender, SenderOptions, SendLimits } from '../send.ts';
import { SendingProcess } from './child.ts';

/** Most processes at a time. Each takes 120 MB, about half of it shared with the others. */
export const POOL = 8;

/** A send that waits for a process. */
type Waiting = { go(process: SendingProcess): void; leave(): void };

/**
 * Makes each send in a process of its own, so that a crash takes nothing else along: for deliveries
 * that may end their process. A death in the middle of a send is a failure, `crashed`. A send that
 * finds all processes busy waits for its turn; its time does not run yet.
 */
export function createIsolatedSender(options: SenderOptions): Sender {
  const processes = new Set<SendingProcess>();
  const waiting: Waiting[] = [];
  let closed = false;

  function findFree(): SendingProcess | undefined {
    for (const one of processes) if (one.isFree) return one;
    if (processes.size >= POOL) return undefined;
    const one = new SendingProcess(options, onChange);
    processes.add(one);
    return one;
  }

  function onChange(): void {
    for (const one of processes) if (one.isGone) processes.delete(one);
    while (waiting.length > 0) {
      const free = findFree();
      if (free === undefined) return;
      waiting.shift()?.go(free);
    }
  }

  function wait(request: WebhookRequest, limits: SendLimits): Promise<Exchange> {
    return new Promise((resolve) => {
      const one: Waiting = {
        go(process) {
          limits.signal.removeEventListener('abort', one.leave);
          resolve(process.send(request, limits));
        },
        leave() {
          limits.signal.removeEventListener('abort', one.leave);
          waiting.splice(waiting.indexOf(one), 1);
          resolve({ kind: 'aborted' });
        },
      };
      limits.signal.addEventListener('abort', one.leave);
      waiting.push(one);
    });
  }

  return {
    async send(request, limits) {
      if (closed || limits.signal.aborted) return { kind: 'aborted' };
      return findFree()?.send(request, limits) ?? wait(request, limits);
    },
    close() {
      closed = true;
      for (const one of [...waiting]) one.leave();
      for (const one of processes) one.giveUp({ kind: 'aborted' });
    },
  };
}
