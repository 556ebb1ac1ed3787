import { setTimeout as sleep } from 'node:timers/promises';
import { HttpSender } from '../src/sending/send.ts';
import { sendBarrage } from '../test/faults/barrage.ts';
import type { Target } from '../test/faults/hostile-endpoints.ts';
import { watchLeftovers, type Leftovers } from '../test/setup/leftovers.ts';

/**
 * What to do: `warmup` sends before anything is measured, and then `count`, half of them before the
 * middle.
 */
export type Order = { targets: Target[]; warmup: number; count: number };

export type State = Leftovers & { heapMb: number; rssMb: number };
export type Report = { start: State; middle: State; end: State; cpuMs: number; tookMs: number };

/** Idle connections of the sender close after 4 s. */
const IDLE_MS = 10_000;

const leftovers = watchLeftovers();

process.on(
  'message',
  (order: Order) => void attack(order).then((report) => process.send?.(report)),
);
process.on('disconnect', () => process.exit(0));

/** A process of its own, so that what is measured is the sender's alone. */
async function attack({ targets, warmup, count }: Order): Promise<Report> {
  const sender = new HttpSender({
    bodyLimitBytes: 64 * 1024,
    outbound: { policy: 'internal', allow: [], deny: [] },
    lookupThreads: 4,
  });
  await sendBarrage(sender, targets, warmup);
  const start = await state();
  const half = Math.floor(count / 2);
  const first = await measured(() => sendBarrage(sender, targets, half));
  const middle = await state();
  const second = await measured(() => sendBarrage(sender, targets, count - half));
  const end = await state();
  sender.close();
  return {
    start,
    middle,
    end,
    cpuMs: first.cpuMs + second.cpuMs,
    tookMs: first.tookMs + second.tookMs,
  };
}

async function measured(work: () => Promise<unknown>): Promise<{ cpuMs: number; tookMs: number }> {
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, tookMs: performance.now() - startedAt };
}

/** When all is quiet and garbage is collected. */
async function state(): Promise<State> {
  const deadline = performance.now() + IDLE_MS;
  while (leftovers().sockets + leftovers().pooled > 0 && performance.now() < deadline)
    await sleep(50);
  // What a finaliser frees is gone with the next collection.
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc?.();
    await sleep(50);
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { ...leftovers(), heapMb: heapUsed / 1024 ** 2, rssMb: rss / 1024 ** 2 };
}
