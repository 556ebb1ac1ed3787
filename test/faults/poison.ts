import type { Command } from '../setup/command.ts';
import { until } from '../setup/until.ts';
import { claimed, endDoubts, expire, markOf, takeBack } from './claims.ts';
import { LONG } from './intensity.ts';
import type { Arrival } from './receiver-log.ts';
import type { Scene } from './scene.ts';
import { nobodyWaits } from './settling.ts';
import type { Post } from './traffic.ts';

/** So many claims have to run out until a delivery is sent in a process of its own. */
export const UNTIL_ISOLATED = 3;

/** For workers: their processes tell who they are, and can be poisoned by an answer. */
export const POISONABLE = {
  NODE_OPTIONS: `--import=${new URL('../setup/poisonable.mjs', import.meta.url).href}`,
};

/**
 * Kills a worker in the middle of the sends of these posts, and the next one, until they count as
 * poison. Nobody else may work, and their endpoints must not answer. @returns all
 * deliveries that were under way at a kill.
 */
export async function makePoison(scene: Scene, posts: Post[]): Promise<Set<string>> {
  const cut = new Set<string>();
  for (let death = 1; death <= UNTIL_ISOLATED; death += 1) {
    const worker = await scene.worker();
    await until(
      `send ${death} of all`,
      () => posts.every(({ id }) => scene.receiver.of(id).length === death),
      60_000,
    );
    await worker.end('SIGKILL');
    for (const id of await afterDeath(scene)) cut.add(id);
  }
  return cut;
}

/**
 * The claims that the only worker left behind when it died. In the short form they are for the next
 * one at once.
 */
export async function afterDeath({ database: { pool } }: Scene): Promise<Set<string>> {
  await nobodyWaits(pool);
  const ids = await claimed(pool);
  if (LONG) return ids;
  await expire(pool, ids);
  await takeBack(pool);
  return ids;
}

/**
 * Waits until each of these posts is being sent by a process that is not the worker itself.
 * @returns those sends.
 */
export async function isolatedSends(
  { receiver }: Scene,
  posts: Post[],
  worker: Command,
): Promise<Arrival[]> {
  const sends = () =>
    receiver
      .open()
      .filter(
        ({ payloadId, process }) =>
          process !== worker.process.pid && posts.some(({ id }) => id === payloadId),
      );
  await until('isolated sends', () => sends().length === posts.length, 60_000);
  return sends();
}

/** A send whose claim its worker is about to lose. */
export type Loss = {
  /** The worker has given the send up. */
  givenUp(): Promise<unknown>;
  /** Its mark is gone as well, if it had one, and in the short form nobody waits for it. */
  over(): Promise<void>;
};

/** Call it while the send is under way, before its claim is lost. */
export async function watchLoss(
  { database: { pool } }: Scene,
  worker: Command,
  deliveryId: string,
): Promise<Loss> {
  const losses = () =>
    worker.lines.filter(
      ({ event, delivery_ids }) =>
        event === 'lease.lost' && (delivery_ids as string[]).includes(deliveryId),
    ).length;
  const before = losses();
  const mark = await markOf(pool, deliveryId);
  const givenUp = () => until('the send is given up', () => losses() > before, 60_000);
  return {
    givenUp,
    async over() {
      await givenUp();
      // Another send may have begun under another mark already.
      await until(
        'its mark is gone',
        async () => mark === null || (await markOf(pool, deliveryId)) !== mark,
      );
      if (!LONG) await endDoubts(pool);
    },
  };
}
