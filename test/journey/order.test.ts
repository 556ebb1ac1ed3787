import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import type { Answer } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { openLine, startLine, type Line } from './line.ts';

const KEYS = Array.from({ length: 20 }, (_one, i) => `key ${i}`);
const EACH = 50;

suite('order by key', { concurrency: 2 }, () => {
  test('20 keys with 50 deliveries each, two workers, an endpoint that fails at random → each key in its order, one send at a time, and others do not wait', async (t) => {
    const watched = watch();
    const line = await openLine(t, watched.answer);
    const { api } = line;
    const settings = { max_delivery_attempts: 30, retry_min_backoff: 1, retry_max_backoff: 1 };
    const webhook = await api.createWebhook({ url: line.receiver.url, ...settings });
    await Promise.all([line.startWorker(), line.startWorker()]);
    const keyed = KEYS.map(async (key) => {
      for (let i = 0; i < EACH; i += 1)
        await create(line, webhook.id, { key, payload: `${key}:${i}` });
    });
    await Promise.all(keyed);
    await until('a key waits for a retry', () => isWaiting(line));
    const free = await api.createDelivery(webhook.id, 'free');
    assert.equal((await api.settled(free.id)).status, 'succeeded');
    await until('all are done', async () => (await pendingOf(line)) === 0, 120_000);

    assert.deepEqual(await statusesOf(line), [
      { status: 'succeeded', count: KEYS.length * EACH + 1 },
    ]);
    assert.deepEqual([...watched.sequences.keys()].toSorted(), ['free', ...KEYS].toSorted());
    for (const key of KEYS) {
      const seen = watched.sequences.get(key) ?? [];
      const firsts = seen.filter((one, i) => one !== seen[i - 1]);
      assert.deepEqual(firsts, await sequencesOf(line, key), `${key} as it arrived`);
    }
    assert.equal(watched.most, 1);
    assert.deepEqual(line.errors(), []);
  });

  test('a worker that hardly ever polls → it is woken at each end, and the key goes on at once', async (t) => {
    const line = await openLine(t);
    const webhook = await line.api.createWebhook({ url: line.receiver.url });
    await line.startWorker({ POSTMAND_POLLING_INTERVAL: '60000' });
    for (let i = 0; i < 30; i += 1) await create(line, webhook.id, { key: 'k', payload: `${i}` });
    const received = await line.receiver.count(30);
    assert.deepEqual(
      received.map(({ body }) => Number(body)),
      [...received.keys()],
    );
  });

  test('the last attempt fails → the next one goes, or waits until the key is skipped', async (t) => {
    const line = await startLine(t, (_request, response) => response.writeHead(500).end());
    const once = { url: line.receiver.url, max_delivery_attempts: 1 };
    const going = await line.api.createWebhook(once);
    const stopping = await line.api.createWebhook({ ...once, ordering_on_failure: 'block' });
    for (const { id } of [going, stopping])
      for (const payload of ['a', 'b']) await create(line, id, { key: 'k/1', payload });
    await line.receiver.count(3);
    const path = `/webhooks/${stopping.id}/ordering-keys`;
    const blocked = await until('the key is blocked', async () => {
      const { body } = await line.api.call('GET', `${path}?state=blocked`);
      return (body as { ordering_keys: { waiting: number }[] }).ordering_keys[0];
    });
    assert.equal(blocked.waiting, 1);
    assert.equal(line.receiver.received.length, 3);
    assert.equal((await line.api.call('POST', `${path}/k%2F1/skip`)).status, 204);
    await line.receiver.count(4);
    const { body = '' } = line.receiver.received.at(-1) ?? {};
    assert.equal(body, 'b');
    // The header is in what is recorded of the request, and nowhere else.
    await until('all are recorded', async () => (await pendingOf(line)) === 0);
    const { rows } = await line.pool.query<{ raw_request: string; sequence: string }>(
      `select raw_request, sequence from deliveries d
       join delivery_attempts a on a.delivery_id = d.id`,
    );
    for (const { raw_request, sequence } of rows)
      assert.ok(raw_request.includes(`\r\nwebhook-sequence: ${sequence}\r\n`));
  });

  test('a delivery without a key → no header of ours for it', async (t) => {
    const line = await startLine(t);
    const webhook = await line.api.createWebhook({ url: line.receiver.url });
    await line.api.createDelivery(webhook.id);
    const [request] = await line.receiver.count(1);
    assert.equal(request?.headers['webhook-sequence'], undefined);
  });
});

/** Answers after a moment, one in 20 with 500, and keeps what arrived of each key. */
function watch() {
  const sequences = new Map<string, number[]>();
  const underWay = new Map<string, number>();
  const result = { sequences, most: 0, answer };
  return result;

  function answer({ headers, body }: Parameters<Answer>[0], response: Parameters<Answer>[1]): void {
    const key = body === 'free' ? 'free' : (body.split(':')[0] ?? '');
    const now = (underWay.get(key) ?? 0) + 1;
    underWay.set(key, now);
    result.most = Math.max(result.most, now);
    sequences.set(key, [...(sequences.get(key) ?? []), Number(headers['webhook-sequence'])]);
    setTimeout(() => {
      underWay.set(key, (underWay.get(key) ?? 0) - 1);
      response.writeHead(Math.random() < 0.05 ? 500 : 200).end();
    }, 2);
  }
}

async function create(
  { api }: Line,
  webhook_id: string,
  { key, payload }: { key: string; payload: string },
): Promise<Delivery> {
  const draft = { webhook_id, ordering_key: key, payload };
  const { status, body } = await api.call('POST', '/deliveries', draft);
  assert.equal(status, 201, JSON.stringify(body));
  return body as Delivery;
}

async function isWaiting({ pool }: Line): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from deliveries where status = 'pending' and is_head and delivery_attempts > 0 limit 1`,
  );
  return rowCount === 1;
}

async function pendingOf({ pool }: Line): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from deliveries where status = 'pending'`,
  );
  return rows[0]?.count ?? -1;
}

async function statusesOf({ pool }: Line): Promise<unknown[]> {
  const { rows } = await pool.query<{ status: string; count: number }>(
    'select status, count(*)::integer as count from deliveries group by status',
  );
  return rows;
}

async function sequencesOf({ pool }: Line, key: string): Promise<number[]> {
  const { rows } = await pool.query<{ sequence: number }>(
    'select sequence::float8 as sequence from deliveries where ordering_key = $1 order by sequence',
    [key],
  );
  return rows.map(({ sequence }) => sequence);
}
