import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer, startWorker } from '../commands/processes.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import type { Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';

type Answer = Awaited<ReturnType<Api['call']>>['body'];

test('a receiver was broken → what failed is found by its metadata, counted, and sent again', async (t) => {
  let isBroken = true;
  const receiver = await startReceiver(t, (_request, response) =>
    response.writeHead(isBroken ? 500 : 200).end(),
  );
  const database = await freshDatabase(t);
  const { api } = await startServer(t, database);
  const worker = await startWorker(t, database);
  const webhook = await api.createWebhook({ url: receiver.url, max_delivery_attempts: 1 });
  const ids: string[] = [];
  for (const customer of ['42', '42', '42', '42', '7', '7', '42']) {
    const draft = { webhook_id: webhook.id, payload: customer, metadata: { customer } };
    ids.push((await ok(api, 'POST', '/deliveries', draft)).id);
  }
  for (const id of ids) assert.equal((await api.settled(id)).failed_reason, 'attempts');

  const ofCustomer = ids.filter((_id, i) => i !== 4 && i !== 5).toReversed();
  assert.deepEqual(await pages(api, 'metadata.customer=42&status=failed&limit=2'), ofCustomer);

  isBroken = false;
  const filter = { webhook_id: webhook.id, failed_reason: 'attempts' };
  const counted = await ok(api, 'POST', '/redeliveries', { filter, dry_run: true });
  assert.deepEqual([counted.matching, counted.at_least], [7, false]);
  assert.equal((await api.delivery(ids[0] ?? '')).redeliveries, 0);
  const begun = await ok(api, 'POST', '/redeliveries', { filter, rate_per_second: 1000 });
  const ended = await until('the redelivery has ended', async () => {
    const operation = await ok(api, 'GET', `/operations/${begun.id}`);
    return operation.finished_at !== null && operation;
  });
  assert.deepEqual([ended.state, ended.matched, ended.done, ended.skipped], ['done', 7, 7, 0]);
  for (const id of ids) {
    const { status, redeliveries, delivery_attempts, budget_used } = await api.settled(id);
    assert.deepEqual(
      { status, redeliveries, delivery_attempts, budget_used },
      { status: 'succeeded', redeliveries: 1, delivery_attempts: 2, budget_used: 1 },
    );
  }
  assert.equal(receiver.received.length, 14);

  // A worker writes what it has counted when it stops.
  assert.deepEqual(await worker.end(), { code: 0, signal: null });
  const { stats } = await ok(api, 'GET', `/webhooks/${webhook.id}/stats?step=hour`);
  const sum = (name: string) =>
    stats.reduce((all: number, one: Record<string, number>) => all + (one[name] ?? 0), 0);
  assert.deepEqual([sum('attempts'), sum('succeeded'), sum('failed')], [14, 7, 7]);
});

async function ok(api: Api, ...call: Parameters<Api['call']>): Promise<Answer> {
  const answer = await api.call(...call);
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  return answer.body;
}

/** The ids of all deliveries that a filter finds, page by page. */
async function pages(api: Api, query: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const next = cursor === null ? '' : `&cursor=${cursor}`;
    const page: Answer = await ok(api, 'GET', `/deliveries?${query}${next}`);
    found.push(...page.deliveries.map(({ id }: { id: string }) => id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  return found;
}
