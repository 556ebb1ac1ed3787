import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { claimOf, type Claim } from '../../src/queue/claim.ts';
import type { TestsRequest } from '../../src/queue/claim-statement.ts';
import { openClaimableQueue } from '../../src/queue/claimable-queue.ts';
import type { NextJob } from '../../src/queue/delivery-queue.ts';
import { findLastJobs } from '../../src/queue/live-jobs.ts';
import { lastFirst } from '../setup/last-first.ts';
import { keepingLog } from '../setup/parts.ts';
import { jobs, takeOver } from '../setup/tables.ts';
import {
  asking,
  claimed,
  freshWorkerQueue,
  testsOf,
  type WorkerQueue,
} from '../setup/worker-queue.ts';

const job = (more: Partial<NextJob> = {}) => ({
  deliveryId: randomUUID(),
  webhookId: randomUUID(),
  delaySeconds: 0,
  ...more,
});

suite('a job’s row', () => {
  const row = { id: 'j', generation: 'g', key: 'k', retryCount: 2, isNew: true };
  const [deliveryId, webhookId] = [randomUUID(), randomUUID()];
  const claim = { jobId: 'j', generation: 'g', deliveryId, webhookId, isNew: true };
  for (const [what, data, expected] of [
    ['as version 2.1 writes it', { deliveryId }, { ...claim, crashes: 2 }],
    ['with claims lost before', { deliveryId, deaths: 3 }, { ...claim, crashes: 5 }],
    ['with a doubt', { deliveryId, doubt: 'x' }, { ...claim, crashes: 2, doubt: 'x' }],
    ['with counts that are none', { deliveryId, deaths: '3', doubt: 1 }, { ...claim, crashes: 2 }],
    ['with what a later version may add', { deliveryId, later: {} }, { ...claim, crashes: 2 }],
    ['without a delivery', {}, undefined],
    ['an empty list', [], undefined],
    ['a text', 'text', undefined],
    ['nothing', null, undefined],
  ] as const) {
    test(`${what} → ${expected ? 'read' : 'damaged'}`, () => {
      assert.deepEqual(claimOf({ ...row, data, webhookId }), expected);
      assert.equal(claimOf({ ...row, data, webhookId: null }), undefined);
      assert.equal(claimOf({ ...row, data, webhookId: 'w' }), undefined);
    });
  }
});

test('a job of a test beside others → neither end of the queue has it; tests are claimed alone', async (t) => {
  const { pool, queue, commit } = await freshWorkerQueue(t);
  const [other, one, next] = [job(), job({ test: true }), job({ test: true })];
  await commit((tx) => queue.enqueue(tx, [one, other, next]));
  for (const from of ['oldest', 'newest'] as const) {
    const { claims } = await queue.claim(asking({ limit: 10, ignore: [], from }));
    assert.deepEqual(
      claims.map(({ deliveryId }) => deliveryId),
      [other.deliveryId],
    );
    await commit((tx) => queue.return(tx, claims));
  }
  assert.deepEqual(await findLastJobs(pool, one.webhookId, 10), []);
  const first = await queue.claimTests(testsOf(1));
  assert.equal(first.more, true);
  const second = await queue.claimTests(testsOf(10));
  const claims = [...first.claims, ...second.claims];
  assert.deepEqual(
    claims.map(({ deliveryId, webhookId }) => ({ deliveryId, webhookId })),
    [one, next].map(({ deliveryId, webhookId }) => ({ deliveryId, webhookId })),
  );
  await commit((tx) => queue.return(tx, claims, 60));
  assert.deepEqual((await queue.claimTests(testsOf(10))).claims, []);
});

test('many tests of one webhook → as many as it has room for, then those of others; none where it has none', async (t) => {
  const { queue, commit } = await freshWorkerQueue(t);
  const webhookId = randomUUID();
  const many = Array.from({ length: 6 }, () => ({ ...job({ test: true }), webhookId }));
  const other = job({ test: true });
  await commit((tx) => queue.enqueue(tx, [...many, other]));
  const ids = async (request: TestsRequest) => {
    const { claims, more } = await queue.claimTests(request);
    return [claims.map(({ deliveryId }) => deliveryId), more];
  };
  const deliveryIds = many.map(({ deliveryId }) => deliveryId);
  const room = { ...testsOf(4), rooms: new Map([[webhookId, 1]]) };
  assert.deepEqual(await ids(room), [deliveryIds.slice(0, 1), true]);
  assert.deepEqual(await ids(testsOf(4)), [deliveryIds.slice(1, 4), true]);
  const without = { ...testsOf(4), leftOut: [webhookId] };
  assert.deepEqual(await ids(without), [[other.deliveryId], false]);
  assert.deepEqual(await ids(without), [[], false]);
});

suite('damaged rows', () => {
  for (const from of ['oldest', 'newest'] as const) {
    test(`of five kinds beside good ones, the ${from} claimed → the good ones are claimed, the others put aside and logged`, async (t) => {
      const { pool, connection, commit } = await freshWorkerQueue(t);
      const log = keepingLog();
      const queue = await openClaimableQueue({ pool, connection, log }, { leases: 1, claims: 1 });
      lastFirst(t).after(() => queue.close());
      const all = Array.from({ length: 8 }, () => job());
      const damaged: string[] = [];
      await commit((tx) => queue.enqueue(tx, all));
      for (const set of [
        'group_id = null',
        'data = null',
        `data = '["secret"]'`,
        `data = '{"deliveryId": "secret"}'`,
        `data = '{"payload": "secret"}'`,
      ]) {
        const { deliveryId } = all[damaged.length] ?? job();
        await pool.query(`update postmand_queue.job set ${set} where singleton_key = $1`, [
          deliveryId,
        ]);
        damaged.push(deliveryId);
      }

      const { claims, more } = await queue.claim(asking({ limit: 8, ignore: [], from }));
      const good = all.filter(({ deliveryId }) => !damaged.includes(deliveryId));
      assert.deepEqual(
        claims.map(({ deliveryId }) => deliveryId).sort(),
        good.map(({ deliveryId }) => deliveryId).sort(),
      );
      assert.equal(more, true);
      const { rows } = await pool.query<{ id: string; key: string; done: boolean }>(
        `select id, singleton_key as key, completed_on is not null as done from postmand_queue.job where state = 'failed'`,
      );
      assert.deepEqual(rows.map(({ key }) => key).sort(), damaged.toSorted());
      assert.ok(rows.every(({ done }) => done));
      const lines = log.lines.filter(({ event }) => event === 'queue.row_set_aside');
      assert.deepEqual(
        new Set(lines.map(({ level, fields }) => [level, fields['job_id'], fields['key']].join())),
        new Set(rows.map(({ id, key }) => ['warn', id, key].join())),
      );
      assert.doesNotMatch(JSON.stringify(log.lines), /secret/);

      // Each delivery can have another job.
      await commit((tx) => queue.enqueue(tx, all));
      assert.equal((await claimed(queue, 10)).length, damaged.length);
    });
  }
});

suite('redeliveries of many', () => {
  test('others come after them → a claim of the oldest takes those first, also of each webhook, and one of the newest tells of them', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    const webhookId = randomUUID();
    const again = Array.from({ length: 3 }, () => job({ webhookId, redelivered: true }));
    const others = Array.from({ length: 2 }, () => job({ webhookId }));
    const test = job({ webhookId, test: true });
    for (const one of [...again, test, ...others]) await commit((tx) => queue.enqueue(tx, [one]));

    const newest = await queue.claim(asking({ limit: 1, ignore: [], from: 'newest' }));
    assert.deepEqual(idsOf(newest.claims), [others[1]?.deliveryId]);
    assert.equal(newest.redeliveries, true);
    const few = { ...asking({ limit: 10, ignore: [], from: 'oldest' }), otherwise: 1 };
    assert.deepEqual(idsOf((await queue.claim(few)).claims), [others[0]?.deliveryId]);
    const tests = await queue.claimTests(testsOf(10));
    assert.deepEqual(idsOf(tests.claims), [test.deliveryId]);
    assert.deepEqual(
      new Set(idsOf(await claimed(queue, 10))),
      new Set(again.map(({ deliveryId }) => deliveryId)),
    );
    const rest = await queue.claim(asking({ limit: 1, ignore: [], from: 'newest' }));
    assert.deepEqual(rest, { claims: [], more: false, hidden: false, redeliveries: false });
  });
});

const idsOf = (claims: Claim[]) => claims.map(({ deliveryId }) => deliveryId);

suite('the newest', () => {
  test('some wait, others are for later or ignored → the newest that are due, and no more than asked for', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    const ignored = randomUUID();
    const all = [
      job(),
      job(),
      job({ delaySeconds: 60 }),
      job(),
      job({ webhookId: ignored }),
      job(),
    ];
    for (const one of all) await commit((tx) => queue.enqueue(tx, [one]));
    const request = { ignore: [ignored], from: 'newest' as const };
    const first = await queue.claim(asking({ ...request, limit: 2 }));
    assert.deepEqual(
      new Set(first.claims.map(({ deliveryId }) => deliveryId)),
      new Set([all[5]?.deliveryId, all[3]?.deliveryId]),
    );
    assert.equal(first.more, true);
    const rest = await queue.claim(asking({ ...request, limit: 3 }));
    assert.deepEqual(
      new Set(rest.claims.map(({ deliveryId }) => deliveryId)),
      new Set([all[1]?.deliveryId, all[0]?.deliveryId]),
    );
    assert.equal(rest.more, false);
    assert.deepEqual(await queue.claim(asking({ ...request, limit: 3 })), {
      claims: [],
      more: false,
      hidden: false,
      redeliveries: false,
    });
  });

  test('2,000 newer ones are for later → the older ones are out of sight, and there may be more', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    const [old, further] = [job(), Array.from({ length: 1999 }, () => job({ delaySeconds: 60 }))];
    await commit((tx) => queue.enqueue(tx, [old]));
    await commit((tx) => queue.enqueue(tx, further));
    const request = asking({ limit: 5, ignore: [], from: 'newest' });
    const seen = await queue.claim(request);
    assert.deepEqual(
      [seen.claims.map(({ deliveryId }) => deliveryId), seen.hidden],
      [[old.deliveryId], true],
    );
    const [claim] = seen.claims;
    await commit((tx) => queue.return(tx, claim ? [claim] : []));
    await commit((tx) => queue.enqueue(tx, [job({ delaySeconds: 60 })]));
    assert.deepEqual(await queue.claim(request), {
      claims: [],
      more: false,
      hidden: true,
      redeliveries: false,
    });
  });

  test('two workers at once, from both ends → each job claimed by one of them', async (t) => {
    const worker = await freshWorkerQueue(t);
    const other = await worker.another();
    await worker.commit((tx) =>
      worker.queue.enqueue(
        tx,
        Array.from({ length: 200 }, () => job()),
      ),
    );
    const ends = Array.from({ length: 20 }, (_one, i) => (i % 2 === 0 ? 'oldest' : 'newest'));
    const answers = await Promise.all(
      ends.map((from) =>
        (from === 'oldest' ? worker.queue : other).claim(asking({ limit: 20, ignore: [], from })),
      ),
    );
    const ids = answers.flatMap(({ claims }) => claims.map(({ deliveryId }) => deliveryId));
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(ids.length + (await claimed(worker.queue, 200)).length, 200);
  });
});

suite('a claim that a crash of PostgreSQL undid', () => {
  test('made again → its first owner neither extends nor ends it, the second does both', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const first = await claimOf(randomUUID(), randomUUID());
    await undo({ pool }, first.jobId);
    const [second] = await claimed(queue, 1);
    assert.ok(second);
    assert.deepEqual({ ...second, generation: '' }, { ...first, generation: '' });
    assert.notEqual(second.generation, first.generation);

    assert.deepEqual(await queue.keepAlive([first, second]), new Set([second]));
    await commit((tx) => queue.return(tx, [first]));
    assert.deepEqual(await commit((tx) => queue.finish(tx, [first])), new Set());
    assert.deepEqual(await commit((tx) => queue.finish(tx, [first, second])), new Set([second]));
    assert.deepEqual(await jobs(pool), []);
  });

  test('not made again → its owner does not have it any more', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const claim = await claimOf(randomUUID(), randomUUID());
    await undo({ pool }, claim.jobId);
    assert.deepEqual(await queue.keepAlive([claim]), new Set());
    assert.deepEqual(await commit((tx) => queue.finish(tx, [claim])), new Set());
  });
});

suite('return', () => {
  test('returned claims → at once for another, in their old place, with their count, and lost ones stay with their owner', async (t) => {
    const worker = await freshWorkerQueue(t);
    const { queue, commit, pool } = worker;
    const all = [job({ crashes: 2 }), job(), job()];
    for (const one of all) await commit((tx) => queue.enqueue(tx, [one]));
    const claims = await claimed(queue, 3);
    await takeOver(
      pool,
      claims.find(({ deliveryId }) => deliveryId === all[1]?.deliveryId)?.jobId ?? '',
    );
    await commit((tx) => queue.enqueue(tx, [job()]));
    const ages = await agesOf(worker);
    await commit((tx) => queue.return(tx, claims));

    assert.deepEqual(await agesOf(worker), ages);
    const again = await claimed(queue, 2);
    assert.deepEqual(
      new Map(again.map(({ deliveryId, crashes }) => [deliveryId, crashes])),
      new Map([
        [all[0]?.deliveryId, 2],
        [all[2]?.deliveryId, 0],
      ]),
    );
    assert.deepEqual(await commit((tx) => queue.finish(tx, claims)), new Set());
  });

  test('returned for later → not due before that time', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const claim = await claimOf(randomUUID(), randomUUID());
    await commit((tx) => queue.return(tx, [claim], 60));
    assert.deepEqual(await claimed(queue, 1), []);
    const [waiting] = await jobs(pool);
    assert.ok((waiting?.waitSeconds ?? 0) > 50 && (waiting?.waitSeconds ?? 0) <= 60);
  });

  test('returned with a doubt and a count → both are in the next claim', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    await commit((tx) => queue.enqueue(tx, [job({ crashes: 4, doubt: 'x' })]));
    const [claim] = await claimed(queue, 1);
    assert.deepEqual([claim?.crashes, claim?.doubt], [4, 'x']);
  });
});

/** As a crash leaves a row whose claim had not reached the disk. */
async function undo({ pool }: Pick<WorkerQueue, 'pool'>, jobId: string): Promise<void> {
  await pool.query(
    `update postmand_queue.job set state = 'created', started_on = null, heartbeat_on = null where id = $1`,
    [jobId],
  );
}

async function agesOf({ pool }: WorkerQueue): Promise<unknown[]> {
  return (await pool.query('select id, created_on from postmand_queue.job order by created_on'))
    .rows;
}
