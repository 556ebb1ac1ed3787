import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { PgBoss } from 'pg-boss';
import { findJobTable, type Claim } from '../../src/queue/claim.ts';
import {
  endSilent,
  FutureHeartbeats,
  LEASE_SECONDS,
  lookAhead,
  pauseUntilNextEnd,
  UNWRITTEN_LEASE_SECONDS,
} from '../../src/queue/heartbeat.ts';
import { until } from '../setup/until.ts';
import { jobs } from '../setup/tables.ts';
import { claimed, freshWorkerQueue } from '../setup/worker-queue.ts';

const LEASE_MS = LEASE_SECONDS * 1000;

suite('heartbeats from the future', () => {
  const [one, later, other] = [
    { jobId: 'a', at: '1', leaseSeconds: LEASE_SECONDS },
    { jobId: 'a', at: '2', leaseSeconds: LEASE_SECONDS },
    { jobId: 'b', at: '1', leaseSeconds: LEASE_SECONDS },
  ];
  const long = { ...one, leaseSeconds: UNWRITTEN_LEASE_SECONDS };
  for (const [what, looks, expected] of [
    [
      'the same for a lease',
      [
        [0, one],
        [LEASE_MS, one],
      ],
      [one],
    ],
    [
      'the same for less than a lease',
      [
        [0, one],
        [LEASE_MS - 1, one],
      ],
      [],
    ],
    [
      'changed meanwhile',
      [
        [0, one],
        [LEASE_MS / 2, later],
        [LEASE_MS, later],
      ],
      [],
    ],
    [
      'changed, then the same for a lease',
      [
        [0, one],
        [5, later],
        [LEASE_MS + 5, later],
      ],
      [later],
    ],
    [
      'the same for a lease, but its own is longer',
      [
        [0, long],
        [LEASE_MS, long],
      ],
      [],
    ],
    [
      'the same for its own lease',
      [
        [0, long],
        [UNWRITTEN_LEASE_SECONDS * 1000, long],
      ],
      [long],
    ],
    ['gone meanwhile', [[0, one], [5], [6, one], [LEASE_MS, one]], []],
    ['gone at last', [[0, one], [LEASE_MS]], []],
    [
      'two, one of them new',
      [
        [0, one],
        [5, one, other],
        [LEASE_MS, one, other],
      ],
      [one],
    ],
  ] as const) {
    test(`${what} → ${expected.length === 0 ? 'none is' : 'one is'} overdue`, () => {
      let now = 0;
      const future = new FutureHeartbeats(() => now);
      for (const [at, ...seen] of looks) {
        now = at;
        future.note([...seen]);
      }
      assert.deepEqual(future.overdue(), expected);
    });
  }

  test('nobody looked for as long as a lease → overdue, counted from the first look', () => {
    let now = 0;
    const future = new FutureHeartbeats(() => now);
    future.note([one]);
    now = LEASE_MS;
    assert.deepEqual(future.overdue(), [one]);
  });
});

suite('the pause until the next look at the leases', () => {
  const future = [{ jobId: 'a', at: '1', leaseSeconds: LEASE_SECONDS }];
  for (const [what, ahead, expected] of [
    ['no claims', { future: [], nextEndMs: undefined }, 5000],
    ['a lease runs out soon', { future: [], nextEndMs: 1200 }, 1220],
    ['a lease runs out late', { future: [], nextEndMs: 9900 }, 5000],
    ['one runs out in a moment', { future: [], nextEndMs: 1 }, 500],
    ['one has run out, but its row is locked', { future: [], nextEndMs: -3000 }, 500],
    ['heartbeats in the future', { future, nextEndMs: undefined }, 1000],
    ['heartbeats in the future, and one that runs out', { future, nextEndMs: 600 }, 620],
  ] as const) {
    test(`${what} → ${expected} ms`, () => {
      assert.equal(pauseUntilNextEnd({ ...ahead, future: [...ahead.future] }), expected);
    });
  }
});

suite('the end of leases', { concurrency: 4 }, () => {
  test('some owners gave no sign for a lease → their jobs wait in their old place, other owners keep theirs', async (t) => {
    const { queue, pool, claimOf } = await freshWorkerQueue(t);
    const claims: Claim[] = [];
    for (let i = 0; i < 4; i += 1) claims.push(await claimOf(randomUUID(), randomUUID()));
    const rows =
      'select id, created_on, start_after, started_on, retry_count, data, group_id from postmand_queue.job order by id';
    const before = (await pool.query(rows)).rows;
    await silence(pool, claims[1]?.jobId);
    await silence(pool, claims[2]?.jobId);
    // Something else has changed this row; its claim is the only sign of its owner.
    await pool.query(
      `update postmand_queue.job set heartbeat_on = null, started_on = started_on - interval '1 minute' where id = $1`,
      [claims[2]?.jobId],
    );
    assert.equal((await queue.endLost()).ended, 2);
    assert.equal((await queue.endLost()).ended, 0);
    const states = new Map((await jobs(pool)).map(({ id, state }) => [id, state]));
    assert.deepEqual(
      claims.map(({ jobId }) => states.get(jobId)),
      ['active', 'retry', 'retry', 'active'],
    );
    const changed = (row: { id: string }) => row.id === claims[2]?.jobId;
    assert.deepEqual(
      (await pool.query(rows)).rows.filter((row) => !changed(row)),
      before.filter((row) => !changed(row)),
    );
    assert.deepEqual(
      (await claimed(queue, 10)).map(({ crashes }) => crashes),
      [1, 1],
    );
  });

  test('claims that were extended at different times → the next look is when the first lease runs out', async (t) => {
    const { queue, pool, claimOf } = await freshWorkerQueue(t);
    assert.deepEqual(await queue.endLost(), { ended: 0, pauseMs: 5000 });
    for (const age of [LEASE_SECONDS - 3, LEASE_SECONDS - 2, 1])
      await pool.query(
        `update postmand_queue.job set heartbeat_on = now() - make_interval(secs => $2) where id = $1`,
        [(await claimOf(randomUUID(), randomUUID())).jobId, age],
      );
    const { ended, pauseMs } = await queue.endLost();
    assert.equal(ended, 0);
    assert.ok(pauseMs < 3020 && pauseMs >= 500, `${pauseMs} ms`);
  });

  test('a claim by version 2.1, which writes no lease, also of a job that we had → it has the lease of that version', async (t) => {
    const { queue, pool, commit, claimOf } = await freshWorkerQueue(t);
    const [fresh, returned, lost] = [
      await claimOf(randomUUID(), randomUUID()),
      await claimOf(randomUUID(), randomUUID()),
      await claimOf(randomUUID(), randomUUID()),
    ];
    await commit((tx) => queue.return(tx, [returned]));
    await silence(pool, lost.jobId);
    assert.equal((await queue.endLost()).ended, 1);
    await pool.query(
      `update postmand_queue.job set state = 'active', started_on = now() where state <> 'active'`,
    );
    await pool.query(
      `update postmand_queue.job set heartbeat_on = now() - make_interval(secs => $1)`,
      [LEASE_SECONDS + 5],
    );
    assert.equal((await queue.endLost()).ended, 1);
    const active = async () => (await jobs(pool)).filter(({ state }) => state === 'active').length;
    assert.deepEqual([await active(), await queue.keepAlive([fresh])], [2, new Set()]);
    await pool.query(
      `update postmand_queue.job set heartbeat_on = now() - make_interval(secs => $1)
       where state = 'active'`,
      [UNWRITTEN_LEASE_SECONDS + 5],
    );
    assert.equal((await queue.endLost()).ended, 2);
  });

  test('leases that ended → every worker is notified', async (t) => {
    const worker = await freshWorkerQueue(t);
    const other = await worker.another();
    let calls = 0;
    await other.listen(() => (calls += 1));
    const before = calls;
    await silence(worker.pool, (await worker.claimOf(randomUUID(), randomUUID())).jobId);
    assert.equal((await worker.queue.endLost()).ended, 1);
    await until('called', () => calls > before);
  });

  test('rows that a frozen transaction holds → left alone, and the owner’s other claims are extended all the same', async (t) => {
    const { queue, pool, claimOf } = await freshWorkerQueue(t);
    const [held, free] = [
      await claimOf(randomUUID(), randomUUID()),
      await claimOf(randomUUID(), randomUUID()),
    ];
    await silence(pool, held.jobId);
    const frozen = await pool.connect();
    await frozen.query('begin');
    await frozen.query('select from postmand_queue.job where id = $1 for update', [held.jobId]);
    try {
      assert.deepEqual(await queue.keepAlive([held, free]), new Set([held, free]));
      await silence(pool, free.jobId);
      assert.equal((await queue.endLost()).ended, 1);
    } finally {
      await frozen.query('rollback');
      frozen.release();
    }
  });

  test('the clock was set back by 10 minutes → dead owners’ leases end a lease later, living ones keep theirs', async (t) => {
    const { queue, pool, commit, claimOf } = await freshWorkerQueue(t);
    const table = (await findJobTable(pool)) ?? '';
    const [dead, alive] = [
      await claimOf(randomUUID(), randomUUID()),
      await claimOf(randomUUID(), randomUUID()),
    ];
    let now = 0;
    const future = new FutureHeartbeats(() => now);
    const pass = () =>
      commit(async (tx) => {
        const ended = await endSilent(tx, table, future.overdue());
        future.note((await lookAhead(tx, table)).future);
        return ended;
      });
    await pool.query(`update postmand_queue.job set heartbeat_on = now() + interval '10 minutes'`);
    for (; now < LEASE_MS; now += 5000) {
      assert.equal(await pass(), 0);
      // Still ahead of the clock, but another one: the owner is alive.
      await pool.query(
        `update postmand_queue.job set heartbeat_on = heartbeat_on + interval '1 second' where id = $1`,
        [alive.jobId],
      );
    }
    assert.equal(await pass(), 1);
    assert.deepEqual(await queue.keepAlive([dead, alive]), new Set([alive]));
    assert.equal(await pass(), 0);
  });

  test('a lease that pg-boss itself ended, as a worker of version 2.1 has it do → claimed again, and counted', async (t) => {
    const { queue, pool, commit, claimOf } = await freshWorkerQueue(t);
    const lost = await claimOf(randomUUID(), randomUUID());
    await silence(pool, lost.jobId);
    const quiet = {
      schema: 'postmand_queue',
      supervise: false,
      schedule: false,
      migrate: false,
      registerInstance: false,
    };
    const boss = new PgBoss({
      ...quiet,
      monitorIntervalSeconds: 1,
      db: { executeSql: (text, values) => pool.query(text, values) },
    });
    await boss.start();
    await boss.supervise('deliveries');
    await boss.stop({ graceful: false });
    assert.equal((await jobs(pool))[0]?.state, 'retry');
    assert.deepEqual(await queue.keepAlive([lost]), new Set());
    const [claim] = await claimed(queue, 1);
    assert.deepEqual(
      [claim?.jobId, claim?.deliveryId, claim?.crashes],
      [lost.jobId, lost.deliveryId, 1],
    );
    assert.deepEqual(
      await commit((tx) => queue.finish(tx, [lost, ...(claim ? [claim] : [])])),
      new Set([claim]),
    );
  });
});

async function silence(
  pool: { query(sql: string, values: unknown[]): Promise<unknown> },
  jobId: string | undefined,
): Promise<void> {
  await pool.query(
    `update postmand_queue.job set heartbeat_on = now() - interval '1 minute' where id = $1`,
    [jobId],
  );
}
