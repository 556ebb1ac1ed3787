import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { lastFirst, type Cleanup } from './last-first.ts';
import { until } from './until.ts';

const LISTENER = new URL('./clogged-listener.ts', import.meta.url);

/** A connection on loopback that is not made within this waits for the queue. */
const MADE_MS = 300;

export type Clogged = { port: number; open(): void };

/**
 * A listener on loopback that answers no connection: its queue is full, and the kernel drops what
 * asks for another one, until `open`. The kernel asks again after a second, so a connection that
 * was begun before takes about that long; then it answers 200.
 */
export async function startClogged(t: Cleanup, host: string, port = 0): Promise<Clogged> {
  const state = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(LISTENER, { workerData: { host, port, state } });
  const waiting: Socket[] = [];
  lastFirst(t).after(async () => {
    for (const one of waiting) one.destroy();
    await worker.terminate();
  });
  const taken = await until('it listens', () => Atomics.load(state, 1));
  while (await isMade(connectTo(taken, host, waiting)));
  // The last one would be the first to get a place.
  const last = waiting.pop();
  if (last) await once(last.destroy(), 'close');
  const open = () => {
    Atomics.store(state, 0, 1);
    Atomics.notify(state, 0);
  };
  return { port: taken, open };
}

function connectTo(port: number, host: string, waiting: Socket[]): Socket {
  const socket = connect(port, host).on('error', () => {});
  waiting.push(socket);
  return socket;
}

function isMade(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    setTimeout(resolve, MADE_MS, false);
  });
}
