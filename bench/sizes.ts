/**
 * Every number of the scenarios: what a full run takes, what `--quick` takes, and what it counts.
 * Each is a flag of its name.
 */
export const SIZES = {
  backlog: { full: 5000, quick: 2000, meaning: 'deliveries to drain' },
  'large-backlog': { full: 50_000, quick: 10_000, meaning: 'deliveries to drain in drain-50k' },
  webhooks: { full: 20, quick: 20, meaning: 'webhooks that the deliveries are spread over' },
  workers: { full: 1, quick: 1, meaning: 'worker processes' },
  connections: { full: 32, quick: 32, meaning: 'connections that POST at the same time' },
  requests: { full: 10_000, quick: 3000, meaning: 'POSTs in accept' },
  warmup: { full: 1000, quick: 300, meaning: 'POSTs before them' },
  transactions: { full: 10_000, quick: 2500, meaning: 'transactions of each kind in enqueue' },
  posts: { full: 200, quick: 50, meaning: 'single POSTs in latency, and transactions in outbox' },
  batches: { full: 100, quick: 20, meaning: 'batches of 1,000 deliveries in batch' },
  'batch-clients': { full: 4, quick: 4, meaning: 'connections that POST batches' },
  subscribers: { full: 1000, quick: 1000, meaning: 'webhooks that get each event in fan-out' },
  events: { full: 200, quick: 30, meaning: 'events of each measurement in fan-out' },
  subscribed: { full: 10_000, quick: 10_000, meaning: 'webhooks that subscribe in choose' },
  history: {
    full: 500_000,
    quick: 50_000,
    meaning: 'finished deliveries in history, each with its attempt',
  },
  deferred: {
    full: 200_000,
    quick: 20_000,
    meaning: 'deliveries that wait for a retry in deferred',
  },
  burst: { full: 100, quick: 100, meaning: 'deliveries of each kind in isolation-burst' },
  troubled: { full: 100, quick: 30, meaning: 'endpoints that hang, or answer late, in isolation' },
  'troubled-backlog': { full: 50, quick: 20, meaning: 'deliveries for each of them' },
  busy: { full: 6, quick: 6, meaning: 'endpoints that answer after 0.9 s in isolation-busy' },
  'busy-backlog': { full: 400, quick: 200, meaning: 'deliveries for each of them' },
  strangers: {
    full: 300,
    quick: 100,
    meaning: 'endpoints that hang in isolation-strangers, on 10 slots',
  },
  'dead-backlog': {
    full: 100_000,
    quick: 10_000,
    meaning: 'deliveries for the one endpoint in isolation-dead',
  },
  retries: {
    full: 1_000_000,
    quick: 50_000,
    meaning: 'deliveries that wait for a retry in waiting-retries',
  },
  'paused-webhooks': { full: 10_000, quick: 1000, meaning: 'paused webhooks in paused' },
  'paused-backlog': { full: 10, quick: 10, meaning: 'held deliveries of each of them' },
  'idle-seconds': {
    full: 30,
    quick: 10,
    meaning: 'seconds of the measurement in idle, and of each one in paused',
  },
  keys: { full: 1000, quick: 200, meaning: 'ordering keys in ordered' },
  'one-key': { full: 1000, quick: 200, meaning: 'deliveries of the one key in ordered' },
  rate: {
    full: 100,
    quick: 50,
    meaning: 'deliveries a second in isolation, waiting-retries and delete',
  },
  'steady-rate': { full: 400, quick: 200, meaning: 'deliveries a second in pipeline-steady' },
  seconds: { full: 15, quick: 6, meaning: 'seconds of them' },
  'few-rows': {
    full: 10_000,
    quick: 10_000,
    meaning: 'finished deliveries in reads, first measurement',
  },
  'many-rows': {
    full: 1_000_000,
    quick: 100_000,
    meaning: 'finished deliveries in reads, second measurement, and deliveries in pages',
  },
  pages: {
    full: 100,
    quick: 30,
    meaning: 'requests of each list in reads, and of each page in pages',
  },
  imported: { full: 5000, quick: 1000, meaning: 'pending deliveries in takeover' },
  deleted: {
    full: 1_000_000,
    quick: 50_000,
    meaning: 'finished deliveries of the webhook in delete, each with its attempt',
  },
  'a-day': {
    full: 100_000,
    quick: 5000,
    meaning: 'deliveries of each day in retention, and its likes',
  },
  redelivered: {
    full: 60_000,
    quick: 20_000,
    meaning: 'failed deliveries of one webhook in redeliver',
  },
  sends: { full: 20_000, quick: 2000, meaning: 'sends in hostile' },
  limit: {
    full: 120,
    quick: 20,
    meaning: 'seconds after which a measurement is cut short (delete: five times that)',
  },
} as const satisfies Record<string, { full: number; quick: number; meaning: string }>;

export type SizeName = keyof typeof SIZES;
export type Sizes = Record<SizeName, number>;

export const sizeNames = Object.keys(SIZES) as SizeName[];

export function defaultSizes(quick: boolean): Sizes {
  return Object.fromEntries(
    sizeNames.map((name) => [name, SIZES[name][quick ? 'quick' : 'full']]),
  ) as Sizes;
}
