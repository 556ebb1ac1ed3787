import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Marks } from './payload.ts';

/** The first arrivals of payloads, in the order in which they came. */
export type Arrivals = (Marks & { at: number })[];

/** `arrived` counts payloads, `repeats` how often one of them came again. */
export type Counts = { arrived: number; repeats: number };

/**
 * Where payloads go. All but the last part of a path says how it answers; the first part names a
 * group of arrivals.
 */
export type Endpoint = 'fast' | 'hang' | `slow/${number}`;

/**
 * The endpoint of every webhook, a process of its own so that it neither waits for the load nor
 * delays it. `/fast/…` answers 200 at once, `/slow/4000/…` after 4,000 ms, `/hang/…` never.
 */
export type Receiver = {
  url(endpoint: Endpoint, number: number): string;
  /** Forgets all arrivals and closes all connections. */
  reset(): Promise<void>;
  /** Resolves with the time of the first arrival since the reset. */
  first(): Promise<number>;
  counts(group: string): Promise<Counts>;
  arrivals(group: string): Promise<Arrivals>;
  stop(): Promise<void>;
};

export type Wish = { number: number } & (
  | { kind: 'reset' | 'first' }
  | { kind: 'counts' | 'arrivals'; group: string }
);
export type Reply = { number: number; answer: number | Counts | Arrivals | undefined };

type Asked = Wish extends infer One ? (One extends Wish ? Omit<One, 'number'> : never) : never;

export async function startReceiver(): Promise<Receiver> {
  const child = fork(fileURLToPath(new URL('receiver-process.ts', import.meta.url)), {
    serialization: 'advanced',
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const ask = dialogue(child);
  return {
    url: (endpoint, number) => `http://127.0.0.1:${port}/${endpoint}/${number}`,
    reset: async () => void (await ask({ kind: 'reset' })),
    first: () => ask({ kind: 'first' }) as Promise<number>,
    counts: (group) => ask({ kind: 'counts', group }) as Promise<Counts>,
    arrivals: (group) => ask({ kind: 'arrivals', group }) as Promise<Arrivals>,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function dialogue(child: ChildProcess): (wish: Asked) => Promise<Reply['answer']> {
  const waiting = new Map<number, PromiseWithResolvers<Reply['answer']>>();
  let last = 0;
  child.on('message', ({ number, answer }: Reply) => {
    waiting.get(number)?.resolve(answer);
    waiting.delete(number);
  });
  const fail = () => {
    for (const { reject } of waiting.values()) reject(new Error('The receiver process ended.'));
  };
  child.on('exit', fail).on('error', fail);
  return (wish) => {
    last += 1;
    const answer = Promise.withResolvers<Reply['answer']>();
    waiting.set(last, answer);
    child.send({ ...wish, number: last });
    return answer.promise;
  };
}
