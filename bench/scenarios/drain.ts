import { createWebhooks, healthy } from '../api.ts';
import { acceptBacklog, drainBacklog } from '../backlog.ts';
import type { Outcome } from '../figures.ts';
import { peakMemory } from '../meter.ts';
import type { Service } from '../service.ts';
import type { Scenario, Trial } from '../trial.ts';

export const drain: Scenario = {
  summary: 'a backlog over all webhooks, accepted before the workers start',
  run: (trial) => drainAfter(trial, { backlog: trial.sizes.backlog }),
};

export const drainOne: Scenario = {
  summary: 'the same for one webhook',
  run: (trial) => drainAfter(trial, { backlog: trial.sizes.backlog, webhooks: 1 }),
};

export const drainLarge: Scenario = {
  summary: 'the same with a large backlog',
  run: (trial) => drainAfter(trial, { backlog: trial.sizes['large-backlog'] }),
};

type Plan = {
  backlog: number;
  webhooks?: number;
  /** What is in the tables before, and what there is to say about it. */
  before?: (server: Service, webhookIds: string[]) => Promise<string[]>;
};

/** Accepts a backlog and drains it. */
export async function drainAfter(
  trial: Trial,
  { backlog, webhooks = trial.sizes.webhooks, before }: Plan,
): Promise<Outcome> {
  await trial.migrate();
  const server = await trial.startServer();
  const ids = await createWebhooks(server.url, trial.receiver, healthy(webhooks));
  const notes = (await before?.(server, ids)) ?? [];
  const accepted = await acceptBacklog(trial, server, { webhookIds: ids, count: backlog });
  const drained = await drainBacklog(trial, { webhookIds: ids, count: backlog });
  const memory = peakMemory(trial.parts({ server }));
  return {
    figures: [...drained.figures, ...accepted, ...memory],
    notes: [...notes, ...drained.notes],
  };
}
