import { drainBacklog } from '../backlog.ts';
import { grouped, less } from '../figures.ts';
import { createReferenceTables } from '../reference-tables.ts';
import { addWebhookRows } from '../../test/setup/rows.ts';
import { insertPending } from '../rows.ts';
import type { Scenario } from '../trial.ts';

export const takeover: Scenario = {
  summary: 'a database of the Go program with pending deliveries: migrate, then drain',
  async run(trial) {
    const { sizes, pool, progress, receiver } = trial;
    const foreign = trial.implementation === 'ours';
    // Another implementation may not know how to take over: it continues its own.
    if (foreign) await createReferenceTables(pool);
    else await trial.migrate();
    const webhookIds = await addWebhookRows(
      pool,
      Array.from({ length: sizes.webhooks }, (_one, number) => ({
        url: receiver.url('fast', number),
      })),
    );
    const count = sizes.imported;
    progress.step(`${grouped(count)} pending deliveries`);
    await insertPending(pool, {
      webhookIds,
      count,
      onRows: (done) => progress.tick(`${done} of ${count}`),
    });

    progress.step('migrate');
    const migrateMs = await trial.migrate();
    const { figures, notes } = await drainBacklog(trial, { webhookIds, count });
    return {
      figures: [less('migrate', migrateMs, 'ms'), ...figures],
      notes: foreign ? notes : [...notes, 'On tables of its own, which migrate finds up to date.'],
    };
  },
};
