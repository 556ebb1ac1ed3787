import { createWebhooks, healthy, timed } from '../api.ts';
import { now } from '../clock.ts';
import { grouped, less, percentile, type Figure } from '../figures.ts';
import { peakMemory, startMeter } from '../meter.ts';
import { insertFinished, settleTables } from '../rows.ts';
import type { Service } from '../service.ts';
import type { Scenario, Trial } from '../trial.ts';

/**
 * Rounds over all lists before any is timed: the first thousand requests of a process are slower.
 */
const WARMUP_ROUNDS = 100;
const WARMUP_MS = 10_000;
/** Rounds that are timed however slow they are. */
const FEWEST_ROUNDS = 5;

export const reads: Scenario = {
  summary: 'the first page of each list, with few rows and with many',
  async run(trial) {
    const { sizes, receiver } = trial;
    const [few, many] = [sizes['few-rows'], sizes['many-rows']];
    await trial.migrate();
    const server = await trial.startServer();
    const webhookIds = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));

    await fill(trial, webhookIds, { from: 1, count: few });
    const lists = await listsOf(trial, webhookIds[0] ?? '');
    const before = await readAll(trial, server, lists);
    await fill(trial, webhookIds, { from: few + 1, count: many });
    const after = await readAll(trial, server, lists);
    return {
      figures: [
        ...lists.flatMap(({ name }, i) =>
          compare(name, [before.timesMs[i] ?? [], few], [after.timesMs[i] ?? [], many]),
        ),
        ...before.cpu.map((figure) => ({
          ...figure,
          name: `${figure.name}, ${grouped(few)} rows`,
        })),
        ...after.cpu.map((figure) => ({
          ...figure,
          name: `${figure.name}, ${grouped(many)} rows`,
        })),
        ...peakMemory(trial.parts({ server })),
      ],
      notes: [],
    };
  },
};

async function fill(
  { pool, progress }: Trial,
  webhookIds: string[],
  { from, count }: { from: number; count: number },
): Promise<void> {
  progress.step(`rows up to ${grouped(count)}`);
  await insertFinished(pool, {
    webhookIds,
    from,
    count,
    onRows: (done) => progress.tick(`${done} of ${count}`),
  });
  await settleTables(pool);
}

type List = { name: string; path: string };

async function listsOf({ pool }: Trial, webhookId: string): Promise<List[]> {
  // A time with rows that are there in both measurements, so that both read as many.
  const { rows } = await pool.query<{ id: string; from: Date; to: Date }>(
    `select (select id from deliveries limit 1) as id, min(created_at) as from, min(created_at) + interval '100 seconds' as to from deliveries`,
  );
  const { id = '', from = new Date(), to = new Date() } = rows[0] ?? {};
  const range = new URLSearchParams({
    'created_at.gte': from.toISOString(),
    'created_at.lt': to.toISOString(),
  });
  return [
    { name: 'deliveries', path: '/deliveries' },
    { name: 'deliveries of a webhook', path: `/deliveries?webhook_id=${webhookId}` },
    { name: 'deliveries failed', path: '/deliveries?status=failed' },
    {
      name: 'deliveries of a webhook, failed',
      path: `/deliveries?webhook_id=${webhookId}&status=failed`,
    },
    { name: 'deliveries of some time', path: `/deliveries?${range.toString()}` },
    { name: 'attempts', path: '/delivery-attempts' },
    { name: 'attempts of a webhook', path: `/delivery-attempts?webhook_id=${webhookId}` },
    { name: 'attempts of a delivery', path: `/delivery-attempts?delivery_id=${id}` },
    { name: 'attempts failed', path: '/delivery-attempts?success=false' },
  ];
}

/** Reads the lists by turns. @returns the milliseconds of each request, list by list. */
async function readAll(
  trial: Trial,
  server: Service,
  lists: List[],
): Promise<{ timesMs: number[][]; cpu: Figure[] }> {
  const { sizes, progress } = trial;
  const read = ({ path }: List) => timed('GET', `${server.url}/v1${path}`);
  progress.step(`${sizes.pages} times ${lists.length} lists`);
  const warmUntil = now() + WARMUP_MS;
  for (let round = 0; round < WARMUP_ROUNDS && now() < warmUntil; round += 1)
    for (const list of lists) await read(list);

  const cpu = startMeter(trial.parts({ server }), 'list');
  const timesMs = lists.map((): number[] => []);
  const deadline = trial.deadline();
  let rounds = 0;
  for (; rounds < sizes.pages && (rounds < FEWEST_ROUNDS || now() < deadline); rounds += 1) {
    for (const [i, list] of lists.entries()) timesMs[i]?.push(await read(list));
    progress.tick(`${rounds} of ${sizes.pages}`);
  }
  return { timesMs, cpu: cpu(rounds * lists.length) };
}

function compare(
  name: string,
  [before, few]: [number[], number],
  [after, many]: [number[], number],
): Figure[] {
  const [low, high] = [percentile(before, 0.5), percentile(after, 0.5)];
  return [
    less(`${name}: ${grouped(few)} rows, p50`, low, 'ms'),
    less(`${name}: ${grouped(few)} rows, p99`, percentile(before, 0.99), 'ms'),
    less(`${name}: ${grouped(many)} rows, p50`, high, 'ms'),
    less(`${name}: ${grouped(many)} rows, p99`, percentile(after, 0.99), 'ms'),
    less(`${name}: growth of p50`, low && high && high / low, '×'),
  ];
}
