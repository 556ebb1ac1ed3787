import { grouped } from '../figures.ts';
import { insertFinished, settleTables } from '../rows.ts';
import type { Scenario } from '../trial.ts';
import { drainAfter } from './drain.ts';

export const history: Scenario = {
  summary: 'drain with many finished deliveries and attempts in the tables',
  run: (trial) =>
    drainAfter(trial, {
      backlog: trial.sizes.backlog,
      async before(_server, webhookIds) {
        const count = trial.sizes.history;
        trial.progress.step(`${grouped(count)} finished deliveries`);
        await insertFinished(trial.pool, {
          webhookIds,
          count,
          onRows: (done) => trial.progress.tick(`${done} of ${count}`),
        });
        await settleTables(trial.pool);
        return [];
      },
    }),
};
