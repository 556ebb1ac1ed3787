import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { ending } from '../commands/processes.ts';
import { until } from '../setup/until.ts';
import { alarmProblems } from './alarm-oracle.ts';
import { eventProblems } from './event-oracle.ts';
import { gateProblems, type GateAllowed } from './gate-oracle.ts';
import { SEED, sized } from './intensity.ts';
import { hashOf, payloadIdOf, traceparentOf, type Arrival } from './receiver-log.ts';
import { removalProblems } from './retention-oracle.ts';
import type { Row } from './row.ts';
import type { Scene } from './scene.ts';
import type { Post, Traffic } from './traffic.ts';

export type Allowed = GateAllowed & {
  /** When the fault happened, `new Date()`. */
  since: Date;
  /**
   * Whether this delivery may have reached the receiver more often than is recorded. The test has
   * to say why.
   */
  mayRepeat?: (row: Row) => boolean;
  /**
   * Most requests without a record that one such delivery may have: one for each time that the
   * fault hit.
   */
  mostRepeats?: number;
  /** Whether an attempt of this delivery may have been recorded for a worker that vanished. */
  mayVanish?: (row: Row) => boolean;
  /** Whether this delivery's attempts end before they get to the receiver. */
  neverArrives?: (row: Row) => boolean;
  /** Events that may be logged as errors. */
  errors?: string[];
  /** How many attempts a failed delivery has, if not as many as its webhook allows in the end. */
  attempts?: (row: Row) => number | undefined;
  /** How often clients asked for a redelivery of it, and how often they were told of one. */
  redelivered?: (row: Row) => { asked: number; told: number };
  /**
   * How a delivery ends, where it is not as its webhook's character says; 'gone': it is not there
   * any more.
   */
  end?: (post: Post) => 'succeeded' | 'failed' | 'gone' | undefined;
};

/**
 * Waits until everything is settled, stops all processes, and compares what callers were told, what
 * the receiver saw, what the tables hold and what the API answers. @returns all deliveries. @throws
 * with every difference found.
 */
export async function judge(
  t: TestContext,
  scene: Scene,
  { traffic, ...allowed }: Allowed & { traffic: Traffic },
): Promise<Row[]> {
  await traffic.stop();
  await settled(scene.database.pool);
  const answers = await apiRows(scene);
  const stops = await stopAll(scene, allowed.errors ?? []);
  const rows = await tableRows(scene);
  const problems = [
    ...stops,
    ...rows.flatMap((row) =>
      [
        ...isWhole(row, allowed.attempts?.(row) ?? row.max),
        ...isUnique(row, allowed),
        ...isAskedFor(row, allowed),
        ...isTraced(row),
      ].map((problem) => `${row.id} (${payloadIdOf(row.payload)}): ${problem}`),
    ),
    ...accounts(scene, traffic.posts, { ...allowed, rows }),
    ...rows
      .filter(
        (row) => answers.get(row.id) !== `${row.status} ${row.delivery_attempts} ${row.payload}`,
      )
      .map(({ id }) => `${id}: the API says something else`),
    ...(await removalProblems(scene.database.pool)),
    ...(await eventProblems(scene.database.pool)),
    ...(await alarmProblems(scene.database.pool)),
    ...(await scene.watcher.changes()),
    ...(await leftJobs(scene.database.pool)),
    ...(await gateProblems(scene, { ...allowed, rows, posts: traffic.posts })),
  ];
  report(t, traffic.posts, { ...allowed, rows });
  assert.deepEqual(problems.slice(0, 20), [], `${problems.length} problems with seed ${SEED}`);
  return rows;
}

/** Waits until nothing is pending; while the database is away that is not known. */
async function settled(pool: Pool): Promise<void> {
  const pending = async () =>
    (
      await pool.query<{ n: number }>(
        `select count(*)::int as n from deliveries where status = 'pending'`,
      )
    ).rows[0]?.n;
  await until(
    'all settled',
    () =>
      pending().then(
        (n) => n === 0,
        () => false,
      ),
    sized(90_000, 180_000),
  ).catch(async (error: unknown) => {
    const { rows } = await pool.query(
      `select d.id, d.delivery_attempts, d.scheduled_at, d.held_reason,
         j.state, j.start_after, j.retry_count, j.heartbeat_on, now()
       from deliveries d left join postmand_queue.job j on j.singleton_key = d.id::text
       where d.status = 'pending' limit 5`,
    );
    throw new Error(`${await pending()} are still pending, among them ${JSON.stringify(rows)}`, {
      cause: error,
    });
  });
}

async function apiRows(scene: Scene): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  const step = 1000;
  for (let offset = 0; ; offset += step) {
    const { body } = await scene.api().call('GET', `/deliveries?limit=${step}&offset=${offset}`);
    const page = (body as { deliveries: Row[] }).deliveries;
    for (const { id, status, delivery_attempts, payload } of page)
      answers.set(id, `${status} ${delivery_attempts} ${payload}`);
    if (page.length < step) return answers;
  }
}

/**
 * Stops what still runs. What was killed said nothing more; everything else ends with 0 and without
 * an error.
 */
async function stopAll(scene: Scene, expected: string[]): Promise<string[]> {
  const problems = [];
  for (const command of scene.processes) {
    const name = command.process.spawnargs.at(-1) ?? '';
    command.process.kill('SIGTERM');
    const { code, signal } = await ending(command, 40_000);
    if (code !== 0 && signal !== 'SIGKILL')
      problems.push(`${name} ended with ${code ?? signal}: ${command.output.stderr}`);
    const errors = command.lines.filter(
      ({ level, event }) => level === 'error' && !expected.includes(event),
    );
    for (const line of errors) problems.push(`${name} logged ${JSON.stringify(line)}`);
    if (command.output.stderr !== '') problems.push(`${name} printed ${command.output.stderr}`);
  }
  return problems;
}

/**
 * Without alarms, which nobody has posted. An earlier version may have left the tables without the
 * columns of redeliveries.
 */
async function tableRows({ database, receiver }: Scene): Promise<Row[]> {
  const { rows } = await database.pool.query<Omit<Row, 'arrivals'>>(
    `select d.id, d.webhook_id, d.payload, d.status, d.delivery_attempts,
       d.unbudgeted_attempts, d.send_at, d.created_at, d.updated_at,
       coalesce((to_jsonb(d) ->> 'redeliveries')::integer, 0) as redeliveries,
       to_jsonb(d) ->> 'redelivered_at' as redelivered_at,
       to_jsonb(d) ->> 'trace_context' as trace_context,
       coalesce((to_jsonb(w) ->> 'propagate_trace')::boolean, false) as propagates,
       w.max_delivery_attempts as max,
       array(
         select a.success from delivery_attempts a where a.delivery_id = d.id
         order by a.created_at, a.id
       ) as recorded,
       (
         select count(*)::int from delivery_attempts a
         where a.delivery_id = d.id and a.error like '% vanished before %'
       ) as vanished
     from deliveries d join webhooks w on w.id = d.webhook_id
     where coalesce(to_jsonb(d) -> 'metadata' ->> 'type', '') = ''
     order by d.created_at, d.id`,
  );
  return rows.map((row) => ({ ...row, arrivals: receiver.of(payloadIdOf(row.payload)) }));
}

/** Row, attempts and outcome fit each other, and what was sent is what was posted. */
function* isWhole(row: Row, max: number): Generator<string> {
  const { status, delivery_attempts, unbudgeted_attempts, recorded, payload, arrivals } = row;
  const { send_at, redeliveries } = row;
  const counted = recorded.length - unbudgeted_attempts;
  if (recorded.length !== delivery_attempts)
    yield `${delivery_attempts} attempts counted, ${recorded.length} recorded`;
  if (counted > max) yield `${counted} attempts of at most ${max}`;
  const successes = recorded.filter(Boolean).length;
  const isOften = successes > redeliveries + 1;
  if (status === 'succeeded' && (isOften || recorded.at(-1) !== true))
    yield `succeeded with attempts ${recorded.join()}`;
  if (status === 'failed' && (successes > redeliveries || counted < max))
    yield `failed with attempts ${recorded.join()} of ${max}`;
  if (status === 'succeeded' && !arrivals.some(({ answered }) => answered === 200))
    yield 'succeeded, but the receiver never said so';
  if (arrivals.some(({ genuine }) => !genuine)) yield 'a signature does not fit its body';
  if (arrivals.some(({ bodyHash }) => bodyHash !== hashOf(payload)))
    yield 'a body is not what was posted';
  const earlyMs = send_at === null ? 0 : earliestMs(send_at, arrivals);
  if (earlyMs > TWO_CLOCKS_MS) yield `sent ${earlyMs} ms before its send_at`;
}

/** It has the trace of the call that posted it, and so have its requests. */
function* isTraced({ payload, trace_context, propagates, arrivals }: Row): Generator<string> {
  if (trace_context === null) return;
  if (trace_context !== traceparentOf(payloadIdOf(payload)))
    yield `its trace is ${trace_context}, which is not that of its call`;
  for (const { traceparent } of propagates ? arrivals : [])
    if (traceparent !== trace_context) yield `a request told of the trace ${traceparent}`;
}

/** It was redelivered as often as somebody was told, or asked and got no answer. */
function* isAskedFor(row: Row, { redelivered }: Allowed): Generator<string> {
  const { asked, told } = redelivered?.(row) ?? { asked: 0, told: 0 };
  if (row.redeliveries < told || row.redeliveries > asked)
    yield `redelivered ${row.redeliveries} times: asked for ${asked}, told of ${told}`;
}

/** What the clock of the receiver's process, which nobody sets, may be off from the database's. */
const TWO_CLOCKS_MS = 20;

/** How long before a time the first of these arrived: 0 or less where none did. */
function earliestMs(time: string, arrivals: Arrival[]): number {
  const first = Math.min(...arrivals.map(({ at }) => at));
  return Date.parse(time) - (performance.timeOrigin + first);
}

/** One send for each record, and one at a time, but for what the fault explains. */
function* isUnique(
  row: Row,
  { mayRepeat, mostRepeats = 1, mayOverlap, mayVanish, neverArrives }: Allowed,
): Generator<string> {
  const repeats = repeatsOf(row);
  if (repeats < -row.vanished && !neverArrives?.(row))
    yield `${row.recorded.length} recorded, but only ${row.arrivals.length} arrived`;
  if (repeats > (mayRepeat?.(row) ? mostRepeats : 0))
    yield `sent ${repeats} times without a record: ${JSON.stringify(row.arrivals)}`;
  if (row.vanished > 0 && !mayVanish?.(row))
    yield `${row.vanished} attempts recorded for a worker that vanished`;
  if (overlaps(row.arrivals) && !mayOverlap?.(row))
    yield `two sends at once: ${JSON.stringify(row.arrivals)}`;
}

function overlaps(arrivals: Arrival[]): boolean {
  const inOrder = arrivals.toSorted((a, b) => a.at - b.at);
  return inOrder.some(({ at }, i) =>
    inOrder.slice(0, i).some(({ endedAt = Infinity }) => endedAt > at),
  );
}

export const repeatsOf = ({ arrivals, recorded }: Row): number => arrivals.length - recorded.length;

/** Compares what callers were told with what is stored. */
function* accounts(
  scene: Scene,
  posts: Post[],
  { rows, ...allowed }: Allowed & { rows: Row[] },
): Generator<string> {
  const byPayload = Map.groupBy(rows, ({ payload }) => payload);
  for (const post of posts) {
    const [row, ...more] = byPayload.get(post.payload) ?? [];
    byPayload.delete(post.payload);
    const end = allowed.end?.(post) ?? scene.end(post.webhookId);
    if (more.length > 0) yield `${post.id}: posted once, stored ${more.length + 1} times`;
    if (row === undefined && post.outcome === 'accepted' && end !== 'gone')
      yield `${post.id}: LOST, it was accepted as ${post.deliveryId}`;
    if (row !== undefined && post.outcome === 'refused') yield `${post.id}: refused, but stored`;
    if (row !== undefined && post.outcome === 'accepted' && row.id !== post.deliveryId)
      yield `${post.id}: accepted as ${post.deliveryId}, stored as ${row.id}`;
    if (row !== undefined && row.status !== end)
      yield `${post.id}: ended ${row.status}, not ${end}`;
  }
  for (const [payload] of byPayload) yield `${payload}: stored, but never posted`;
}

async function leftJobs(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ key: string; state: string }>(
    `select singleton_key as key, state from postmand_queue.job where name = 'deliveries'`,
  );
  return rows.map(({ key, state }) => `${key}: a job is left, ${state}`);
}

/** Recovery: from the fault until the last of those accepted before its end was settled. */
function report(
  t: TestContext,
  posts: Post[],
  { rows, since, end }: Allowed & { rows: Row[] },
): void {
  const hit = rows
    .filter(({ created_at }) => new Date(created_at) <= since)
    .map(({ updated_at }) => new Date(updated_at).getTime());
  const seconds = Math.max(0, ...hit.map((at) => at - since.getTime())) / 1000;
  const count = (outcome: Post['outcome']) =>
    posts.filter((post) => post.outcome === outcome).length;
  const present = new Set(rows.map(({ payload }) => payload));
  const lost = posts.filter(
    (post) => post.outcome === 'accepted' && !present.has(post.payload) && end?.(post) !== 'gone',
  ).length;
  const repeats = rows.reduce((sum, row) => sum + Math.max(0, repeatsOf(row)), 0);
  t.diagnostic(
    `accepted ${count('accepted')}, refused ${count('refused')}, unknown ${count('unknown')} (${rows.length} stored), lost ${lost}, ` +
      `repeats ${repeats}, recovery ${seconds.toFixed(1)} s, seed ${SEED}`,
  );
}
