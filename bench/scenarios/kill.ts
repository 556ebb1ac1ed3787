import { createWebhooks, healthy } from '../api.ts';
import { inTurn } from '../backlog.ts';
import { now, reached } from '../clock.ts';
import { less, type Figure, type Outcome } from '../figures.ts';
import { postAll } from '../load.ts';
import type { Arrivals } from '../receiver.ts';
import { hasPending } from '../rows.ts';
import type { Scenario, Trial } from '../trial.ts';

/** Part of the load that was accepted when the worker is killed. */
const KILLED_AFTER = 0.4;

/**
 * A delivery that was posted before and arrives so much later was a claim of the killed worker:
 * nothing else under this load waits for as long.
 */
const WAITED_MS = 5000;

export const kill: Scenario = {
  summary: 'one of two workers is killed (SIGKILL) under load',
  async run(trial) {
    const { sizes, receiver } = trial;
    await trial.migrate();
    const server = await trial.startServer();
    const [killed, living] = await Promise.all([trial.startWorkers(), trial.startWorkers()]);
    await Promise.all([...killed, ...living].map(({ ready }) => ready));
    const ids = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
    const draft = inTurn(ids, trial.payload);

    let killedAt = 0;
    const strike = (done: number): void => {
      trial.progress.tick(`${done} of ${sizes.backlog}`);
      if (killedAt > 0 || done < sizes.backlog * KILLED_AFTER) return;
      for (const { pid } of killed) process.kill(pid, 'SIGKILL');
      killedAt = now();
    };
    trial.progress.step(`${sizes.backlog} POSTs, and a kill -9`);
    await postAll(
      server.url,
      { count: sizes.backlog, connections: sizes.connections, draft },
      strike,
    );
    trial.progress.step('what the killed worker had');
    return outcome(trial, ids, killedAt);
  },
};

/** Waits until all is settled, so that what is sent again has been sent. */
async function outcome(
  { sizes, receiver, pool, deadline, progress }: Trial,
  webhookIds: string[],
  killedAt: number,
): Promise<Outcome> {
  const settledAt = await reached(async () => {
    progress.tick(`${Math.round((now() - killedAt) / 1000)} s`);
    return !(await hasPending(pool, webhookIds));
  }, deadline());
  const arrivals = await receiver.arrivals('fast');
  const { arrived, repeats } = await receiver.counts('fast');
  return {
    figures: [
      less('all settled after', settledAt && (settledAt - killedAt) / 1000, 's'),
      ...waits(arrivals, killedAt),
      less('sent again', repeats, ''),
    ],
    notes:
      settledAt === undefined
        ? [`Cut short after ${sizes.limit} s: ${arrived} of ${sizes.backlog} had arrived.`]
        : [],
  };
}

/** How long what was posted before the kill took from then on. */
function waits(arrivals: Arrivals, killedAt: number): Figure[] {
  const ms = arrivals.filter(({ sentAt }) => sentAt < killedAt).map(({ at }) => at - killedAt);
  return [
    less('last arrival after', Math.max(0, ...ms) / 1000, 's'),
    less('arrivals that waited', ms.filter((one) => one > WAITED_MS).length, ''),
  ];
}
