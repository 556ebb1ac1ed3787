import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { countPermitsInUse, deletePermitsOver } from '../../../src/queue/permits.ts';
import type { Claim } from '../../../src/queue/claim.ts';
import type { Limits } from '../../../src/webhooks/limits/window.ts';
import { takePlaces, type Taken } from '../../../src/worker/limits/take-places.ts';
import { wholeFile } from '../../setup/whole-file.ts';
import { addWebhook } from '../../setup/rows.ts';
import { freshWorkerQueue } from '../../setup/worker-queue.ts';

const TWO: Limits = { max_concurrency: 2, rate_limit: null };
const SLOW: Limits = {
  max_concurrency: null,
  rate_limit: { count: 1, per_seconds: 3600, burst: 1 },
};

suite('places in the database', async () => {
  const worker = await freshWorkerQueue(wholeFile);
  const { pool, queue, commit } = worker;
  const webhookOf = async () => (await addWebhook(worker)).id;
  const claimsOf = async (webhookId: string, count: number) => {
    const claims: Claim[] = [];
    while (claims.length < count) claims.push(await worker.claimOf(webhookId, randomUUID()));
    return claims;
  };
  const take = async (webhookId: string, limits: Limits, claims: Claim[]): Promise<Taken> => {
    const asks = [{ webhookId, limits, claims, lifeMs: 50 }];
    const taken = await commit((tx) => takePlaces(tx, asks));
    return taken.get(webhookId) ?? assert.fail('the webhook is gone');
  };
  const rowsOf = async (webhookId: string) =>
    (await pool.query('select from webhook_permits where webhook_id = $1', [webhookId])).rowCount;

  test('a claim with a permit ends, is returned, or loses its lease → its permit is for others', async () => {
    const id = await webhookOf();
    const [a, b, c, d, e] = (await claimsOf(id, 5)) as [Claim, Claim, Claim, Claim, Claim];
    assert.deepEqual((await take(id, TWO, [a, b, c])).claims, new Set([a, b]));
    assert.deepEqual((await take(id, TWO, [c])).claims, new Set());
    await commit((tx) => queue.finish(tx, [a]));
    assert.deepEqual((await take(id, TWO, [c, d])).claims, new Set([c]));
    await commit((tx) => queue.return(tx, [b]));
    assert.deepEqual((await take(id, TWO, [d, e])).claims, new Set([d]));
    await pool.query(
      `update postmand_queue.job set heartbeat_on = now() - interval '1 minute' where id = $1`,
      [c.jobId],
    );
    assert.deepEqual((await take(id, TWO, [e])).claims, new Set());
    await queue.endLost();
    assert.deepEqual((await take(id, TWO, [e])).claims, new Set([e]));
  });

  test('a claim is not ours any more, be it that a crash undid it → it gets no permit', async () => {
    const id = await webhookOf();
    const [lost, ours] = (await claimsOf(id, 2)) as [Claim, Claim];
    await commit((tx) => queue.return(tx, [lost]));
    assert.deepEqual((await take(id, TWO, [lost, ours])).claims, new Set([ours]));
    assert.equal(await rowsOf(id), 1);
  });

  test('many ask at the same time → no more than there are places get one', async () => {
    const id = await webhookOf();
    const claims = await claimsOf(id, 12);
    const taken = await Promise.all(claims.map((claim) => take(id, TWO, [claim])));
    assert.equal(taken.filter((one) => one.claims.size === 1).length, 2);
    const slow = await webhookOf();
    const others = await claimsOf(slow, 6);
    const started = await Promise.all(others.map((claim) => take(slow, SLOW, [claim])));
    assert.equal(started.filter((one) => one.claims.size === 1).length, 1);
    const { next } = await take(slow, SLOW, others);
    assert.ok(next.kind === 'tokens' && next.afterMs > 3_590_000, JSON.stringify(next));
  });

  test('the clock was set back by a day, or the rate was far slower → a token comes within its interval', async () => {
    const id = await webhookOf();
    const claims = await claimsOf(id, 1);
    await take(id, SLOW, claims);
    const fast = { ...SLOW, rate_limit: { count: 10, per_seconds: 1, burst: 1 } };
    const { next } = await take(id, fast, claims);
    assert.ok(next.kind === 'tokens' && next.afterMs < 5200, JSON.stringify(next));
    const again = await take(id, fast, claims);
    assert.ok(again.next.kind === 'tokens' && again.next.afterMs <= next.afterMs);
  });

  test('permits of claims that are over → not counted, and deleted', async () => {
    const id = await webhookOf();
    const before = await countPermitsInUse(pool);
    const [a, b] = (await claimsOf(id, 2)) as [Claim, Claim];
    await take(id, TWO, [a, b]);
    await commit((tx) => queue.finish(tx, [a]));
    assert.equal(await countPermitsInUse(pool), before + 1);
    await deletePermitsOver(pool);
    assert.equal(await rowsOf(id), 1);
  });

  test('very many claims with permits are over → they are deleted while others ask', async () => {
    const id = await webhookOf();
    const many = { ...TWO, max_concurrency: 100 };
    const claims = await claimsOf(id, 41);
    await take(id, many, claims.slice(0, 40));
    await commit((tx) => queue.finish(tx, claims.slice(0, 40)));
    await take(id, many, claims.slice(40));
    assert.equal(await rowsOf(id), 1);
  });

  test('the webhook is deleted meanwhile → nothing is taken', async () => {
    const id = randomUUID();
    const claims = await claimsOf(id, 1);
    const asks = [{ webhookId: id, limits: TWO, claims, lifeMs: 50 }];
    assert.equal((await commit((tx) => takePlaces(tx, asks))).size, 0);
  });
});
