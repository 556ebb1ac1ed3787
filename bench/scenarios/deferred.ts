import { createWebhooks } from '../api.ts';
import { enqueueDeferred } from '../deferred-jobs.ts';
import { grouped } from '../figures.ts';
import { countWithoutJob, insertDeferred, settleTables } from '../rows.ts';
import type { Service } from '../service.ts';
import type { Scenario, Trial } from '../trial.ts';
import { drainAfter } from './drain.ts';

export const deferred: Scenario = {
  summary: 'drain beside many deliveries that wait for a retry',
  run: (trial) =>
    drainAfter(trial, { backlog: trial.sizes.backlog, before: (server) => defer(trial, server) }),
};

async function defer(
  { pool, progress, receiver, sizes }: Trial,
  server: Service,
): Promise<string[]> {
  const count = sizes.deferred;
  progress.step(`${grouped(count)} deliveries that wait for a retry`);
  const webhookIds = await createWebhooks(server.url, receiver, {
    count: sizes.webhooks,
    endpoint: 'hang',
    retrySeconds: 3600,
  });
  await insertDeferred(pool, {
    webhookIds,
    count,
    onRows: (done) => progress.tick(`${done} of ${count} rows`),
  });
  const withoutJob = await countWithoutJob(pool);
  if (withoutJob !== undefined)
    await enqueueDeferred(pool, (done) => progress.tick(`${done} of ${count} jobs`));
  await settleTables(pool);
  if (withoutJob === undefined)
    return ['No pg-boss queue here: what waits for a retry are rows alone.'];
  const left = await countWithoutJob(pool);
  return left === 0 ? [] : [`${left} of the waiting deliveries got no job.`];
}
