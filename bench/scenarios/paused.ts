import { createWebhooks, healthy } from '../api.ts';
import { sleep } from '../clock.ts';
import { grouped, less, type Figure } from '../figures.ts';
import { idleShares } from '../idle.ts';
import type { Part } from '../meter.ts';
import { settleTables } from '../rows.ts';
import type { Scenario, Trial } from '../trial.ts';
import { insertPaused } from '../waiting.ts';

/** The first seconds of a process, and those after the tables were filled, are left out. */
const WARMUP_MS = 3000;

export const paused: Scenario = {
  summary: 'the upkeep of an idle service, alone and then beside many paused webhooks',
  async run(trial) {
    const { sizes, receiver } = trial;
    await trial.migrate();
    const [server, workers] = await Promise.all([trial.startServer(), trial.startWorkers()]);
    await Promise.all(workers.map(({ ready }) => ready));
    await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
    const parts = trial.parts({ server, workers });
    await settleTables(trial.pool);
    const alone = await idle(trial, parts);
    await insertPaused(trial, sizes['paused-webhooks'], sizes['paused-backlog']);
    const beside = await idle(trial, parts);
    return {
      figures: [
        ...named('alone', alone),
        ...named('beside', beside),
        less('paused webhooks, of one core', total(beside) - total(alone), '%'),
      ],
      notes: [],
    };
  },
};

async function idle({ sizes, progress }: Trial, parts: Part[]): Promise<Figure[]> {
  const seconds = sizes['idle-seconds'];
  progress.step(`${grouped(seconds)} s of nothing`);
  await sleep(WARMUP_MS);
  return (await idleShares(parts, seconds)).figures;
}

const named = (prefix: string, figures: Figure[]): Figure[] =>
  figures.map((figure) => ({ ...figure, name: `${prefix}: ${figure.name}` }));

/** The last one is the sum of all parts. */
const total = (figures: Figure[]): number => figures.at(-1)?.value ?? NaN;
