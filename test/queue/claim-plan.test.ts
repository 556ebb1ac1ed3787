import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { claimJobs, findJobTable } from '../../src/queue/claim.ts';
import { claimingIn, claimingOn, openClaimSession } from '../../src/queue/claim-session.ts';
import {
  claimStatement,
  testsStatement,
  type ClaimRequest,
} from '../../src/queue/claim-statement.ts';
import { endSilent, lookAhead, WITHOUT_SORT } from '../../src/queue/heartbeat.ts';
import { withoutJob } from '../../src/queue/missing-job.ts';
import { endClaims, extendClaims, returnClaims } from '../../src/queue/ownership.ts';
import { inTransaction, type Tx } from '../../src/database/transaction.ts';
import { freshDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { asking, testsOf } from '../setup/worker-queue.ts';

const WAITING = 200_000;
const IGNORED = randomUUID();

/** Half of the jobs are for later, a quarter are of a webhook that is ignored. */
suite('200,000 jobs wait', () => {
  const ends: (() => unknown)[] = [];
  const cleanup: Cleanup = { after: (end) => void ends.push(end as () => unknown) };
  let pool: Pool;
  let session: Pool;
  let table: string;

  before(async () => {
    const database = await freshDatabase(cleanup);
    ({ pool } = database);
    table = (await findJobTable(pool)) ?? '';
    session = openClaimSession({ ...database, server: pool.server, log: silentLog }, 1);
    ends.push(() => session.end());
    // A worker keeps the plans that it made when the queue was empty.
    for (const from of ['oldest', 'newest'] as const) {
      const { text } = claimStatement(table, asking({ limit: 1, ignore: [], from }));
      await session.query(`prepare ${from} (integer, text[], jsonb, integer, text[]) as ${text}`);
      await keptPlan(session, asking({ limit: 1, ignore: [], from }));
    }
    // Before autovacuum has looked: as many active jobs as there are, as a queue that has just been
    // idle knows them.
    await addJobs(pool, table, { count: 100, state: 'active' });
    await pool.query(`analyze ${table}`);
    await pool.query(`alter table ${table} set (autovacuum_enabled = off)`);
    await addJobs(pool, table, { count: WAITING, state: 'created' });
  });
  after(async () => {
    for (const end of ends.toReversed()) await end();
  });

  for (const statistics of [
    'from a moment when all jobs were active',
    'from a moment when none was',
    'of now',
  ]) {
    test(`statistics ${statistics} → each statement finds its rows in an index`, async () => {
      if (statistics === 'from a moment when none was') {
        await pool.query(`update ${table} set state = 'created' where state = 'active'`);
        await pool.query(`analyze ${table}`);
        await pool.query(
          `update ${table} set state = 'active', started_on = now(), heartbeat_on = now() where data ? 'active'`,
        );
      }
      if (statistics === 'of now') await pool.query(`analyze ${table}`);

      const ends = { oldest: 'Index Scan', newest: 'Index Scan Backward' };
      for (const from of ['oldest', 'newest'] as const) {
        const request = asking({ limit: 50, ignore: [IGNORED], from });
        const { claims, more } = await claimJobs(claimingOn(session), table, request);
        assert.deepEqual([claims.length, more], [50, true]);
        const plans = [
          await keptPlan(session, request),
          ...(await plansOf(pool, (recording) =>
            claimingIn(recording)(claimStatement(table, request)),
          )),
        ];
        assert.equal(plans.length, 2);
        for (const plan of plans) {
          assert.match(plan, new RegExp(`${ends[from]} using \\w*i11\\b`), plan);
          assert.match(plan, /NOT \(ANY \(group_id = \(hashed SubPlan|NOT \(hashed SubPlan/, plan);
          assertIndexed(plan);
        }
      }
      // Of all that waits it reads nothing, as there is no test.
      const [tests = ''] = await plansOf(pool, (recording) =>
        claimingIn(recording)(testsStatement(table, testsOf(10))),
      );
      assert.match(tests, /Index Scan using \w*i11\b.*\(actual rows=0/, tests);
      assertIndexed(tests);

      const { claims } = await claimJobs(
        claimingOn(session),
        table,
        asking({ limit: 200, ignore: [], from: 'oldest' }),
      );
      const past = { at: '2026-01-01T00:00:00.000000Z', leaseSeconds: 10 };
      const overdue = claims.map(({ jobId }) => ({ jobId, ...past }));
      for (const statement of [
        (tx: Tx) => extendClaims(tx, table, claims),
        (tx: Tx) => returnClaims(tx, table, { claims: claims, delaySeconds: 0 }),
        (tx: Tx) => endClaims(tx, table, claims),
      ]) {
        const [plan = ''] = await plansOf(pool, (recording) =>
          inTransaction<unknown>(recording, statement),
        );
        assert.match(plan, /Index Scan using \w*(pkey|i14)\b/, plan);
        assertIndexed(plan);
      }
      for (const statement of [
        (tx: Tx) => endSilent(tx, table, overdue),
        (tx: Tx) => lookAhead(tx, table),
      ]) {
        const [plan = ''] = await plansOf(pool, (recording) =>
          inTransaction<unknown>(recording, statement, `begin; ${WITHOUT_SORT}`),
        );
        assert.match(plan, /Index Scan using \w*i14\b/, plan);
        assertIndexed(plan);
      }
      const some = Array.from({ length: 1000 }, () => randomUUID());
      const [plan = ''] = await plansOf(pool, (recording) =>
        inTransaction(recording, (tx) => withoutJob(tx, some)),
      );
      assert.match(plan, /Index (Only )?Scan using \w*i6\b/, plan);
      assert.match(plan, /Index Cond: .*singleton_key/, plan);
      assertIndexed(plan);
    });
  }
});

/** By its looks and by what it read: no step of it saw more rows than a claim of the newest may. */
function assertIndexed(plan: string): void {
  // What was found is sorted by webhook; the queue itself never is.
  const sorted =
    /Sort  \(.*\n(\s*Disabled: true\n)?\s*Sort Key: due\.group_id, due\.priority DESC, due\.created_on\n\s*Sort Method: .*/g;
  assert.doesNotMatch(plan.replaceAll(sorted, ''), /Seq Scan|Sort/, plan);
  for (const [, rows] of plan.matchAll(/(?:actual rows=|Rows Removed by Filter: )(\d+)/g))
    assert.ok(Number(rows) <= 2000, plan);
}

async function addJobs(
  pool: Pool,
  table: string,
  { count, state }: { count: number; state: string },
): Promise<void> {
  await pool.query(
    `insert into ${table} (name, data, state, singleton_key, group_id, policy, start_after,
       created_on, started_on, heartbeat_on)
     select 'deliveries', jsonb_build_object('deliveryId', id, $2::text, true),
       $2::postmand_queue.job_state, id,
       case when i % 4 = 0 then $3 else gen_random_uuid()::text end, 'exclusive',
       now() + case when i % 2 = 0 then i * interval '1 second' else interval '0' end,
       now() + i * interval '1 microsecond',
       case when $2 = 'active' then now() end, case when $2 = 'active' then now() end
     from (select i, gen_random_uuid()::text as id from generate_series(1, $1) as i) as numbered`,
    [count, state, IGNORED],
  );
}

/** The plan of a claim that the session keeps, as it runs now; it is rolled back. */
async function keptPlan(session: Pool, request: ClaimRequest): Promise<string> {
  const { client } = await session.start('begin', []);
  const { values } = claimStatement('', request);
  const literals = values.map((value) =>
    Array.isArray(value)
      ? `array[${value.map((one) => client.escapeLiteral(String(one))).join()}]::text[]`
      : client.escapeLiteral(String(value)),
  );
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, timing off) execute ${request.from} (${literals.join()})`,
  );
  await client.query('rollback');
  client.release();
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

/** The plans of the statements that `work` runs, which is rolled back. */
async function plansOf(pool: Pool, work: (recording: Pool) => Promise<unknown>): Promise<string[]> {
  const plans: string[] = [];
  const send: Pool['send'] = async (client, statements) => {
    for (const { text, values } of statements) {
      if (text === 'commit') continue;
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain (analyze, timing off) ${text}`,
        values,
      );
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    if (statements.at(-1)?.text !== 'commit') return [NOTHING];
    await client.query('rollback');
    return [{ ...NOTHING, command: 'COMMIT' }];
  };
  const start: Pool['start'] = async (how, statements) => {
    const { client } = await pool.start(how, []);
    return { client, results: await send(client, statements) };
  };
  const recording = new Proxy(pool, {
    get(target, name) {
      if (name === 'send' || name === 'start') return name === 'send' ? send : start;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  await work(recording);
  return plans;
}

const NOTHING = { rows: [], fields: [], rowCount: 0, command: '', oid: 0 };
