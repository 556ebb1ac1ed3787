import { createWebhooks, healthy, timed } from '../api.ts';
import { now, reached, sleep, within } from '../clock.ts';
import { grouped, less, p50p99 } from '../figures.ts';
import { peakMemory, startMeter } from '../meter.ts';
import { hasRows, insertFinished, settleTables } from '../rows.ts';
import { steadyTrips } from '../traffic.ts';
import type { Scenario, Trial } from '../trial.ts';

/** Traffic before the DELETE, to compare with. */
const BEFORE_MS = 3000;

export const deletion: Scenario = {
  summary: 'DELETE of a webhook with very many deliveries while others are served',
  async run(trial) {
    const { sizes, receiver, progress, pool } = trial;
    await trial.migrate();
    const [server, workers] = await Promise.all([trial.startServer(), trial.startWorkers()]);
    await Promise.all(workers.map(({ ready }) => ready));
    const others = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
    const [doomed = ''] = await createWebhooks(server.url, receiver, healthy(1));
    await fill(trial, doomed);

    progress.step(`DELETE beside ${sizes.rate} deliveries a second`);
    const parts = trial.parts({ server, workers });
    const cpu = startMeter(parts, 'deleted delivery');
    const startedAt = now();
    const deleteAt = startedAt + BEFORE_MS;
    // Not every implementation answers at once, and none has to before the rows are gone.
    const deadline = deleteAt + 5 * sizes.limit * 1000;
    const remove = async () => {
      await sleep(BEFORE_MS);
      return Promise.all([
        within(timed('DELETE', `${server.url}/v1/webhooks/${doomed}`), deadline - now()),
        reached(async () => !(await hasRows(pool, doomed)), deadline, 100),
      ]);
    };
    const [{ trips, notes }, [answeredMs, goneAt]] = await Promise.all([
      steadyTrips(trial, server.url, {
        webhookIds: others,
        isOver: () => now() > deleteAt + sizes.seconds * 1000,
      }),
      remove(),
    ]);
    const used = cpu(sizes.deleted);
    const [before, during] = [
      trips.filter(({ sentAt }) => sentAt < deleteAt),
      trips.filter(({ sentAt }) => sentAt >= deleteAt),
    ];
    return {
      figures: [
        less('DELETE to its answer', answeredMs, 'ms'),
        less('DELETE until all rows are gone', goneAt && (goneAt - deleteAt) / 1000, 's'),
        ...p50p99('others before: POST to arrival', msOf(before)),
        ...p50p99('others during: POST to arrival', msOf(during)),
        ...used,
        ...peakMemory(parts),
      ],
      notes:
        goneAt === undefined
          ? [...notes, `Cut short: rows were left after ${5 * sizes.limit} s.`]
          : notes,
    };
  },
};

async function fill({ pool, progress, sizes }: Trial, webhookId: string): Promise<void> {
  const count = sizes.deleted;
  progress.step(`${grouped(count)} finished deliveries`);
  await insertFinished(pool, {
    webhookIds: [webhookId],
    count,
    onRows: (done) => progress.tick(`${done} of ${count}`),
  });
  await settleTables(pool);
}

const msOf = (trips: { ms: number }[]) => trips.map(({ ms }) => ms);
