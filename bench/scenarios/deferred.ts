import { createWebhooks, troubled } from '../api.ts';
import { insertRetries } from '../waiting.ts';
import type { Scenario } from '../trial.ts';
import { drainAfter } from './drain.ts';

const DAY_SECONDS = 86_400;

export const deferred: Scenario = {
  summary: 'drain beside many deliveries that wait for a retry',
  run: (trial) =>
    drainAfter(trial, {
      backlog: trial.sizes.backlog,
      async before(server) {
        const { sizes, receiver } = trial;
        const plan = troubled(sizes.webhooks, 'hang');
        const webhookIds = await createWebhooks(server.url, receiver, plan);
        const dueIn: [number, number] = [DAY_SECONDS, 2 * DAY_SECONDS];
        await insertRetries(trial, { webhookIds, count: sizes.deferred, dueIn });
        return [];
      },
    }),
};
