import { createWebhooks, healthy } from '../api.ts';
import { inTurn } from '../backlog.ts';
import { reached, sleep } from '../clock.ts';
import { grouped, less, type Figure } from '../figures.ts';
import { idleShares } from '../idle.ts';
import { postAll } from '../load.ts';
import { heldMemory } from '../meter.ts';
import { settleTables } from '../rows.ts';
import { countStatements, readCounters, type Counters } from '../statements.ts';
import type { Scenario, Trial } from '../trial.ts';

/** Until then pools have closed what they opened for the warm-up: pg's do so after 10 s. */
const QUIET_MS = 12_000;

export const idle: Scenario = {
  summary: 'a server and a worker that have nothing to do, some time after they had',
  async run(trial) {
    const { sizes, pool, progress } = trial;
    await trial.migrate();
    await countStatements(pool);
    const [server, workers] = await Promise.all([trial.startServer(), trial.startWorkers()]);
    await Promise.all(workers.map(({ ready }) => ready));
    await warmUp(trial, server.url);
    await settleTables(pool);
    await sleep(QUIET_MS);

    progress.step(`${grouped(sizes['idle-seconds'])} s of nothing`);
    const parts = trial.parts({ server, workers });
    const before = await readCounters(pool);
    const { figures, seconds } = await idleShares(parts, sizes['idle-seconds']);
    const after = await readCounters(pool);
    return {
      figures: [...figures, ...aMinute(before, after, seconds), ...heldMemory(parts)],
      notes:
        after.statements === undefined
          ? ['Statements are counted only where pg_stat_statements is loaded and can be created.']
          : [],
    };
  },
};

/** Deliveries over all webhooks, until they have arrived. */
async function warmUp(trial: Trial, url: string): Promise<void> {
  const { sizes, receiver, progress } = trial;
  const webhookIds = await createWebhooks(url, receiver, healthy(sizes.webhooks));
  const { warmup: count, connections } = sizes;
  progress.step(`${grouped(count)} POSTs to warm up`);
  const draft = inTurn(webhookIds, trial.payload);
  await postAll(url, { count, connections, draft }, (done) => progress.tick(`${done} of ${count}`));
  const arrived = async () => (await receiver.counts('fast')).arrived >= count;
  if ((await reached(arrived, trial.deadline())) === undefined)
    throw new Error(`Fewer than ${count} deliveries of the warm-up arrived.`);
}

function aMinute(before: Counters, after: Counters, seconds: number): Figure[] {
  const rate = (what: keyof Counters) => {
    const [from, to] = [before[what], after[what]];
    return from === undefined || to === undefined ? undefined : ((to - from) * 60) / seconds;
  };
  return [
    less('statements a minute', rate('statements'), ''),
    less('transactions a minute', rate('transactions'), ''),
  ];
}
