import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTransaction } from '../../src/database/transaction.ts';
import { claimJobs, findJobTable, type Claim } from '../../src/queue/claim.ts';
import {
  claimingIn,
  claimingOn,
  openClaimSession,
  type RunClaim,
} from '../../src/queue/claim-session.ts';
import type { ClaimRequest } from '../../src/queue/claim-statement.ts';
import { endSilent } from '../../src/queue/heartbeat.ts';
import { lastFirst } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { asking, freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

const LASTS_MS = 3000;
const WEBHOOKS = Array.from({ length: 12 }, () => randomUUID());
const LAPSED = `heartbeat_on = now() - interval '1 hour'`;

/** Notes each change of a job, as PostgreSQL saw it. */
const NOTE_MOVES = `
  create table moves (id uuid, was text, due boolean, generation text, counted boolean);
  create function note() returns trigger language plpgsql as $$ begin
    insert into moves values (old.id, old.state, old.start_after <= now() and not old.blocked,
      (extract(epoch from new.started_on) * 1000000)::bigint::text,
      new.retry_count - old.retry_count = (old.started_on is not null)::integer);
    return null;
  end $$`;

test('claims from both ends while jobs are returned, ended, changed and vacuumed, and connections end → each claim is made of a job that was due, and told to one; no job is lost', async (t) => {
  const worker = await freshWorkerQueue(t);
  const { pool, queue, commit, connection } = worker;
  const table = (await findJobTable(pool)) ?? '';
  await pool.query(NOTE_MOVES);
  await pool.query(
    `create trigger noted after update on ${table} for each row
     when (new.state = 'active' and old.started_on is distinct from new.started_on)
     execute function note()`,
  );
  const session = openClaimSession({ server: pool.server, connection, log: silentLog }, 4);
  lastFirst(t).after(() => session.end());
  const [added, ended] = [new Set<string>(), new Set<string>()];
  const [told, held]: [Claim[], Claim[]] = [[], []];

  async function claim(run: RunClaim): Promise<void> {
    const request = someRequest();
    // A connection that ended took the answer with it.
    const { claims } = await claimJobs(run, table, request).catch(() => ({ claims: [] }));
    for (const [id, some] of Map.groupBy(claims, ({ webhookId }) => webhookId))
      assert.ok(some.length <= (request.rooms.get(id) ?? request.otherwise));
    assert.ok(claims.every(({ webhookId }) => !request.leftOut.includes(webhookId)));
    told.push(...claims);
    held.push(...claims);
  }
  const taken = () => held.splice(0, 1 + Math.floor(Math.random() * 12));
  const claimers = [1, 2, 3, 4].map(() => () => claim(claimingOn(session)));
  await atOnce([
    ...claimers,
    () => claim(claimingIn(pool)),
    async () => {
      const jobs = Array.from({ length: 30 }, () => someJob());
      await commit((tx) => queue.enqueue(tx, jobs));
      for (const { deliveryId } of jobs) added.add(deliveryId);
    },
    async () => {
      for (const { deliveryId } of await commit((tx) => queue.finish(tx, taken()))) {
        assert.ok(!ended.has(deliveryId), 'ended twice');
        ended.add(deliveryId);
      }
    },
    async () => {
      const delay = oneOf([0, 0, 0.3]);
      await commit(async (tx) => {
        await queue.return(tx, taken(), delay);
        await sleep(oneOf([0, 20]));
      });
    },
    async () => {
      held.splice(0, 20);
      await pool.query(`update ${table} set ${LAPSED} where id in (${some(table, '= ')})`);
      await inTransaction(pool, (tx) => endSilent(tx, table, []));
    },
    () => changeWaiting(worker, table),
    () => pool.query(`vacuum ${table}`),
    () => sleep(300).then(() => endOneClaimer(worker)),
  ]);

  const { rows } = await pool.query<{ wrong: boolean; name: string }>(
    `select was not in ('created', 'retry') or not due or not counted as wrong,
       id || ' ' || generation as name from moves`,
  );
  assert.deepEqual(
    rows.filter(({ wrong }) => wrong),
    [],
  );
  const made = new Set(rows.map(({ name }) => name));
  const names = told.map(({ jobId, generation }) => `${jobId} ${generation}`);
  assert.deepEqual([made.size, new Set(names).size], [rows.length, names.length], 'made twice');
  assert.ok(names.length > 0 && names.every((name) => made.has(name)));

  await pool.query(`update ${table} set ${LAPSED} where state = 'active'`);
  await commit((tx) => endSilent(tx, table, []));
  const { rows: left } = await pool.query<{ key: string }>(
    `select singleton_key as key from ${table} where state < 'active'`,
  );
  const all = [...ended, ...left.map(({ key }) => key)];
  assert.deepEqual(all.toSorted(), [...added].toSorted());
});

/** Does all of it again and again, side by side. */
async function atOnce(works: (() => Promise<unknown>)[]): Promise<void> {
  const endAt = performance.now() + LASTS_MS;
  await Promise.all(
    works.map(async (work) => {
      while (performance.now() < endAt) {
        await work();
        await sleep(Math.random() * 10);
      }
    }),
  );
}

const oneOf = <Value>(values: Value[]): Value =>
  values[Math.floor(Math.random() * values.length)] as Value;

const someJob = () => ({
  deliveryId: randomUUID(),
  webhookId: oneOf(WEBHOOKS),
  delaySeconds: oneOf([0, 0, 0, 1]),
});

const someRequest = (): ClaimRequest => ({
  ...asking({
    limit: oneOf([1, 3, 20, 200]),
    ignore: oneOf([[], [oneOf(WEBHOOKS)]]),
    from: oneOf(['oldest', 'newest']),
  }),
  rooms: new Map([[oneOf(WEBHOOKS), oneOf([1, 4, 30])]]),
  onlyNew: oneOf([[], [oneOf(WEBHOOKS)]]),
  otherwise: oneOf([1, 5, 50]),
});

const some = (table: string, than: '< ' | '= ') =>
  `select id from ${table} where state ${than}'active' order by random() limit 10`;

/** As somebody does who knows nothing of claims. */
async function changeWaiting({ commit }: WorkerQueue, table: string): Promise<void> {
  await commit(async (tx) => {
    await tx.query(
      `update ${table} set data = data || '{"later": 1}', start_after = start_after + '0.2 s'
       where id in (${some(table, '< ')} for update skip locked)`,
    );
    await sleep(oneOf([0, 30]));
  });
}

async function endOneClaimer({ pool }: WorkerQueue): Promise<void> {
  await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'postmand worker claims' limit 1`,
  );
}
