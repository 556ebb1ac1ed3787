import { createWebhooks, healthy } from '../api.ts';
import { acceptBacklog, drainBacklog } from '../backlog.ts';
import { less, more, type Outcome } from '../figures.ts';
import type { Endpoint } from '../receiver.ts';
import type { Service } from '../service.ts';
import type { Scenario, Trial } from '../trial.ts';

/** `keys`: 0 stands for deliveries without a key. */
type Plan = { name: string; webhooks: number; endpoint: Endpoint; count: number; keys: number };

export const ordered: Scenario = {
  summary: 'drain of one ordering key, of many, and of the same without keys',
  async run(trial) {
    const { sizes } = trial;
    await trial.migrate();
    const server = await trial.startServer();
    const drain = (plan: Plan) => drainKeys(trial, server, plan);
    const some = { webhooks: sizes.webhooks, endpoint: 'fast', count: sizes.backlog } as const;
    const one = { webhooks: 1, endpoint: 'slow/1', count: sizes['one-key'] } as const;
    const single = await drain({ ...one, name: 'one key', keys: 1 });
    const without = await drain({ ...some, name: 'without keys', keys: 0 });
    const many = await drain({ ...some, name: `${sizes.keys} keys`, keys: sizes.keys });
    return {
      figures: [
        ...[single, without, many].flatMap(({ figures }) => figures),
        more('keys to without', many.rate / without.rate, '×'),
      ],
      notes: [...new Set([single, without, many].flatMap(({ notes }) => notes))],
    };
  },
};

/** Accepts a backlog and drains it with workers that are stopped then. */
async function drainKeys(
  trial: Trial,
  server: Service,
  { name, webhooks, endpoint, count, keys }: Plan,
): Promise<Outcome & { rate: number }> {
  const { receiver } = trial;
  await receiver.reset();
  const webhookIds = await createWebhooks(server.url, receiver, { ...healthy(webhooks), endpoint });
  // Of one key, none is POSTed before the one before it was accepted.
  const connections = keys === 1 ? { connections: 1 } : {};
  await acceptBacklog(trial, server, { webhookIds, count, keys, ...connections });
  const group = endpoint.split('/')[0] ?? endpoint;
  const { figures, notes, workers } = await drainBacklog(trial, { webhookIds, count, group });
  await Promise.all(workers.map((worker) => worker.stop()));
  const kept = figures.filter(({ name: what }) => what === 'rate' || what.includes('CPU'));
  const wrong =
    keys > 0 ? [less('out of order', await countOutOfOrder(trial, group, keys), '')] : [];
  return {
    rate: figures.find((figure) => figure.name === 'rate')?.value ?? NaN,
    figures: [...kept, ...wrong].map((figure) => ({ ...figure, name: `${name}: ${figure.name}` })),
    notes: notes.map((note) => `${name}: ${note}`),
  };
}

/** Arrivals after one of their key that was POSTed later. */
async function countOutOfOrder({ receiver }: Trial, group: string, keys: number): Promise<number> {
  const last = new Map<number, number>();
  let wrong = 0;
  for (const { id } of await receiver.arrivals(group)) {
    const before = last.get(id % keys) ?? 0;
    if (id < before) wrong += 1;
    last.set(id % keys, Math.max(id, before));
  }
  return wrong;
}
