import { createWebhooks, getJson, healthy, timed } from '../api.ts';
import { grouped, less, percentile, type Figure } from '../figures.ts';
import { insertOfEachKind, settleTables } from '../rows.ts';
import type { Scenario, Trial } from '../trial.ts';

const LIMIT = 20;
/** The first requests of a process are slower. */
const WARMUP_ROUNDS = 20;
/**
 * The quickest tenth: two pages are compared that differ by microseconds, and what else the machine
 * does disturbs the slower ones.
 */
const SHARE = 0.1;

export const pages: Scenario = {
  summary: 'the first page of each list and one far behind it, by cursor and by offset',
  async run(trial) {
    const { sizes, receiver, pool, progress } = trial;
    const count = sizes['many-rows'];
    await trial.migrate();
    const server = await trial.startServer();
    const webhookIds = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
    progress.step(`${grouped(count)} rows`);
    await insertOfEachKind(pool, {
      ...{ webhookIds, count },
      onRows: (done) => progress.tick(`${done} of ${count}`),
    });
    await settleTables(pool);
    // Every list has a fifth of all rows, and some more.
    const far = Math.max(2, Math.floor(count / 5 / LIMIT));
    const figures: Figure[] = [];
    for (const path of listsOf(webhookIds[0] ?? '')) {
      progress.step(path);
      figures.push(...(await compare(trial, `${server.url}/v1${path}limit=${LIMIT}`, far)));
    }
    return { figures, notes: [`Pages of ${LIMIT}. Page 1 and the far one are read by turns.`] };
  },
};

function listsOf(webhookId: string): string[] {
  const filters = [
    ...['', 'status=failed&', 'failed_reason=attempts&'],
    ...['held_reason=endpoint_paused&', 'held_reason=scheduled&'],
    ...['ordering_key=order-1042&', 'ordering_key=order-1042&status=failed&'],
    'metadata.customer=42&',
  ];
  return [
    ...['', `webhook_id=${webhookId}&`].flatMap((webhook) =>
      filters.map((filter) => `/deliveries?${webhook}${filter}`),
    ),
    ...['', `webhook_id=${webhookId}&`].flatMap((webhook) =>
      ['', 'success=false&'].map((filter) => `/delivery-attempts?${webhook}${filter}`),
    ),
  ];
}

async function compare({ sizes }: Trial, url: string, far: number): Promise<Figure[]> {
  const { next_cursor: cursor } = await getJson<{ next_cursor: string | null }>(
    `${url}&offset=${(far - 2) * LIMIT}`,
  );
  if (cursor === null) throw new Error(`${url} has less than ${far} pages`);
  const [first, behind] = [url, `${url}&cursor=${cursor}`];
  const offset = `${url}&offset=${(far - 1) * LIMIT}`;
  for (let round = 0; round < WARMUP_ROUNDS; round += 1) {
    await timed('GET', first);
    await timed('GET', behind);
  }
  const ms = { first: [] as number[], behind: [] as number[] };
  for (let round = 0; round < sizes.pages; round += 1) {
    ms.first.push(await timed('GET', first));
    ms.behind.push(await timed('GET', behind));
  }
  const [one, other] = [percentile(ms.first, SHARE), percentile(ms.behind, SHARE)];
  const name = url
    .replace(/^.*\/v1\//, '')
    .replace(/[?&]limit=.*/, '')
    .replace(/(webhook_id)=[^&]*/, '$1');
  return [
    less(`${name}: page 1, p10`, one, 'ms'),
    less(`${name}: page ${grouped(far)} by cursor, p10`, other, 'ms'),
    less(`${name}: the second by the first`, one && other && other / one, '×'),
    less(`${name}: page ${grouped(far)} by offset, once`, await timed('GET', offset), 'ms'),
  ];
}
