import { Client } from 'pg';

/**
 * An application that shares the database: callers that write their own row and enqueue its
 * delivery in one transaction, which they commit or roll back, until the process ends. Each line of
 * stdout tells of one of its own rows what is tried, and of what was committed. After a lost answer
 * what has an idempotency key is tried again.
 */

type Settings = { url: string; seed: number; webhooks: { id: string; keys: number }[] };

/** Times are those of the machine's monotonic clock, in milliseconds. */
export type Told =
  | { kind: 'tried'; payload: string; webhookId: string; key?: string; at: number }
  | { kind: 'committed'; payloads: string[]; at: number };

/** `request`: its idempotency key. `keep` false: it is rolled back to a savepoint. */
type Event = {
  payload: string;
  webhookId: string;
  key: string | undefined;
  seconds: number | null;
  request: string | null;
  keep: boolean;
};

const CALLERS = 4;

const settings = JSON.parse(process.env['APPLICATION'] ?? '{}') as Settings;
const chance = generator(settings.seed);
await Promise.all(Array.from({ length: CALLERS }, (_one, caller) => call(caller)));

async function call(caller: number): Promise<void> {
  let client: Client | undefined;
  for (let n = 1; ; n += 1) {
    const isRepeated = chance(3) === 0;
    const events = Array.from({ length: 1 + chance(3) }, (_one, i) =>
      eventOf(`app ${settings.seed} ${caller} ${n} ${i}`, isRepeated),
    );
    const at = clock();
    for (const { payload, webhookId, key } of events)
      tell({ kind: 'tried', payload, webhookId, ...(key === undefined ? {} : { key }), at });
    const commit = chance(4) > 0;
    for (let isDone = false; !isDone;) {
      try {
        client ??= await connect();
        await transact(client, events, commit);
        isDone = true;
      } catch {
        client?.end().catch(() => {});
        client = undefined;
        isDone = !isRepeated;
        await pause(100);
      }
    }
    await pause(chance(150));
  }
}

async function transact(client: Client, events: Event[], commit: boolean): Promise<void> {
  await client.query('begin');
  for (const { payload, webhookId, key, seconds, request, keep } of events) {
    await client.query('savepoint one');
    await client.query(
      `insert into own_events (payload, delivery_id)
       select $2, postmand.enqueue(webhook_id => $1, payload => $2, ordering_key => $3,
         send_at => now() + make_interval(secs => $4), idempotency_key => $5)
       on conflict (payload) do nothing`,
      [webhookId, payload, key ?? null, seconds, request],
    );
    if (!keep) await client.query('rollback to savepoint one');
    if (chance(20) === 0) await pause(chance(50));
  }
  await client.query(commit ? 'commit' : 'rollback');
  const kept = events.filter(({ keep }) => keep).map(({ payload }) => payload);
  if (commit) tell({ kind: 'committed', payloads: kept, at: clock() });
}

function eventOf(id: string, isRepeated: boolean): Event {
  const webhook = settings.webhooks[chance(settings.webhooks.length)] as Settings['webhooks'][0];
  return {
    payload: JSON.stringify({ id, text: 'Grüße' }),
    webhookId: webhook.id,
    key: webhook.keys === 0 ? undefined : `key ${1 + chance(webhook.keys)}`,
    seconds: !isRepeated && chance(8) === 0 ? chance(3) : null,
    request: isRepeated ? id : null,
    keep: chance(6) > 0,
  };
}

async function connect(): Promise<Client> {
  const client = new Client(settings.url);
  client.on('error', () => {});
  await client.connect();
  return client;
}

function tell(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whole numbers below a bound, by a linear congruence: good enough to vary what is done. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
