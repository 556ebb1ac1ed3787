import { createWebhooks, healthy } from '../api.ts';
import { inTurn } from '../backlog.ts';
import { postBatches } from '../batches.ts';
import { now, sleep } from '../clock.ts';
import { more, p50p99, type Figure } from '../figures.ts';
import { postOf, postSteadily } from '../load.ts';
import { peakMemory, startMeter } from '../meter.ts';
import type { Service } from '../service.ts';
import { startStorageMeter } from '../storage.ts';
import { steadyTrips } from '../traffic.ts';
import type { Scenario, Trial } from '../trial.ts';

const SIZE = 1000;

export const batch: Scenario = {
  summary: 'POST /v1/deliveries/batch with 1,000 each; single POSTs beside them; then with workers',
  async run(trial) {
    await trial.migrate();
    const server = await trial.startServer();
    const accepting = await acceptBatches(trial, server);
    const beside = await singlesBeside(trial, server);
    const memory = peakMemory(trial.parts({ server }));
    const { figures, notes } = await tripsBeside(trial, server);
    return { figures: [...accepting, ...beside, ...memory, ...figures], notes };
  },
};

/** Nothing else is sent, and no worker runs. */
async function acceptBatches(trial: Trial, server: Service): Promise<Figure[]> {
  const { sizes, progress } = trial;
  const webhooks = await createWebhooks(server.url, trial.receiver, healthy(sizes.webhooks));
  const post = (count: number) => {
    let left = count;
    const goesOn = () => left-- > 0;
    const draft = inTurn(webhooks, trial.payload);
    return postBatches(server.url, {
      connections: sizes['batch-clients'],
      size: SIZE,
      draft,
      goesOn,
    });
  };
  progress.step(`${sizes.batches} batches, after 3 to warm up`);
  await post(3);
  const count = sizes.batches * SIZE;
  const storage = await startStorageMeter(trial.pool);
  const cpu = startMeter(trial.parts({ server }));
  const { latenciesMs, seconds } = await post(sizes.batches);
  return [
    more('accepted', count / seconds, '/s'),
    ...p50p99('batch', latenciesMs),
    ...cpu(count),
    ...(await storage(count)),
  ];
}

/** Single POSTs at a steady rate: alone, and while batches are sent. No worker runs. */
async function singlesBeside(trial: Trial, server: Service): Promise<Figure[]> {
  const { sizes, progress } = trial;
  const webhooks = await createWebhooks(server.url, trial.receiver, healthy(sizes.webhooks));
  const draft = inTurn(webhooks, trial.payload);
  const singles = async () => {
    const endAt = now() + sizes.seconds * 1000;
    const next = () => postOf(server.url, draft());
    const isOver = () => now() > endAt;
    const { latenciesMs } = await postSteadily({ perSecond: sizes.rate, isOver, next });
    return latenciesMs;
  };
  progress.step('single POSTs alone');
  const alone = await singles();
  progress.step('single POSTs beside batches');
  let over = false;
  const flood = floodOf(trial, server, { webhooks, isOver: () => over });
  const beside = await singles();
  over = true;
  const { perSecond } = await flood;
  return [
    ...p50p99('single POST, alone:', alone),
    ...p50p99('single POST, beside batches:', beside),
    more('accepted in batches beside them', perSecond, '/s'),
  ];
}

/** A flood for one webhook, and steady traffic for others, from POST to arrival. */
async function tripsBeside(
  trial: Trial,
  server: Service,
): Promise<{ figures: Figure[]; notes: string[] }> {
  const { sizes, progress, receiver } = trial;
  const webhooks = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
  const flooded = await createWebhooks(server.url, receiver, healthy(1));
  // What came before would be sent first, and is measured elsewhere.
  await trial.pool.query('truncate deliveries, delivery_attempts');
  const workers = await trial.startWorkers();
  await Promise.all(workers.map(({ ready }) => ready));
  progress.step('deliveries alone, then beside a flood of batches, with workers');
  const trips = async () => {
    const endAt = now() + sizes.seconds * 1000;
    const isOver = () => now() > endAt;
    const { trips, notes } = await steadyTrips(trial, server.url, { webhookIds: webhooks, isOver });
    return { ms: trips.map(({ ms }) => ms), notes };
  };
  await sleep(2000);
  const alone = await trips();
  let over = false;
  const flood = floodOf(trial, server, { webhooks: flooded, isOver: () => over });
  const beside = await trips();
  over = true;
  const { perSecond } = await flood;
  return {
    figures: [
      ...p50p99('POST to arrival, alone:', alone.ms),
      ...p50p99('POST to arrival, beside a flood:', beside.ms),
      more('the flood', perSecond, '/s'),
    ],
    notes: [...alone.notes, ...beside.notes],
  };
}

/** Batches over some connections until it is over. */
async function floodOf(
  { sizes, payload }: Trial,
  { url }: Service,
  { webhooks, isOver }: { webhooks: string[]; isOver: () => boolean },
): Promise<{ perSecond: number }> {
  const { latenciesMs, seconds } = await postBatches(url, {
    connections: sizes['batch-clients'],
    size: SIZE,
    draft: inTurn(webhooks, payload),
    goesOn: () => !isOver(),
  });
  return { perSecond: (latenciesMs.length * SIZE) / seconds };
}
