import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { EventLoopLag, NEVER_MS } from './event-loop-lag.ts';

/**
 * What operators want to know in numbers. Names follow
 * https://prometheus.io/docs/practices/naming/; no label ever holds an id.
 */
export type Metrics = ReturnType<typeof createMetrics>;

/** From a fast answer on loopback to a long time-out, in seconds. */
const SEND_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** From an idle service to a day of retries, in seconds. */
const WAY_BUCKETS = [
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200, 43_200, 86_400,
];

const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const BATCH_BUCKETS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const FAN_OUT_BUCKETS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** A registry of its own with every metric of a process, Node's defaults among them. */
export function createMetrics() {
  const instruments = new Instruments();
  return {
    contentType: instruments.contentType,
    /** Everything in the Prometheus text format, with gauges brought up to date first. */
    text: () => instruments.text(),
    /** Registers what sets gauges from memory just before they are read. It must be quick. */
    onScrape: (sample: () => void) => instruments.onScrape(sample),
    ...acceptMetrics(instruments),
    ...attemptMetrics(instruments),
    ...workerMetrics(instruments),
    ...backlogMetrics(instruments),
    ...poolMetrics(instruments),
    ...requestMetrics(instruments),
    alarms: instruments.counter('alarms_total', 'Alarms raised, by type.', ['type']),
  };
}

function acceptMetrics(make: Instruments) {
  return {
    accepted: make.counter(
      'deliveries_accepted_total',
      'Deliveries that the API has stored, without those of postmand.enqueue and of operations.',
    ),
    redeliveries: make.counter(
      'redeliveries_total',
      'Deliveries that had ended and were made pending again.',
    ),
    events: make.counter('events_total', 'Events that the API has stored.'),
    fanOut: make.histogram('event_fan_out', 'Deliveries that an event became, or becomes.', {
      buckets: FAN_OUT_BUCKETS,
    }),
    emitted: make.counter(
      'emitted_events_total',
      'Events of postmand.emit that workers have taken in, by what came of them.',
      ['outcome'],
    ),
    acceptBatch: make.histogram(
      'accept_batch_size',
      'Deliveries that were accepted in one transaction.',
      { buckets: BATCH_BUCKETS },
    ),
  };
}

function attemptMetrics(make: Instruments) {
  return {
    attempts: make.counter('attempts_total', 'Attempts recorded, by what came of them.', [
      'outcome',
    ]),
    failed: make.counter('deliveries_failed_total', 'Deliveries that failed, by reason.', [
      'reason',
    ]),
    attemptSeconds: make.histogram(
      'attempt_duration_seconds',
      'Time from the name lookup to the end of the response.',
      { buckets: SEND_BUCKETS },
    ),
    firstAttemptSeconds: make.histogram(
      'first_attempt_latency_seconds',
      'Time from accepting a delivery, or from its send_at, to its first recorded attempt.',
      { buckets: WAY_BUCKETS },
    ),
    successSeconds: make.histogram(
      'success_latency_seconds',
      'Time from accepting a delivery, its send_at or its redelivery to its recorded success.',
      { buckets: WAY_BUCKETS },
    ),
  };
}

function workerMetrics(make: Instruments) {
  return {
    inFlight: make.gauge('sends_in_flight', 'Sends under way, by lane.', ['lane']),
    slots: make.gauge('slots', 'Sends that may be under way, by lane.', ['lane']),
    claimsWaiting: make.gauge(
      'claims_waiting',
      'Claimed deliveries that wait in this worker for their webhook to have room.',
    ),
    leaseCheckAge: make.gauge(
      'lease_check_age_seconds',
      'Time since this worker last looked for claims of lost workers with success.',
    ),
    bytesInFlight: make.gauge(
      'payload_bytes_in_flight',
      'Bytes of payloads that are held for sends.',
    ),
    claimBatch: make.histogram('claim_batch_size', 'Deliveries that one claim brought.', {
      buckets: BATCH_BUCKETS,
    }),
    limitedClaims: make.counter(
      'limited_claims_total',
      'Claims for webhooks with limits, by whether they got a place and what was short.',
      ['result'],
    ),
    settleBatch: make.histogram(
      'settle_batch_size',
      'Attempts that were recorded in one transaction.',
      { buckets: BATCH_BUCKETS },
    ),
  };
}

/** Counted in the background: a scrape must not cost the database anything. */
function backlogMetrics(make: Instruments) {
  return {
    pending: make.gauge(
      'deliveries_pending',
      'Deliveries that are due, or wait for a retry or their send_at, counted in the background.',
    ),
    oldestDueSeconds: make.gauge(
      'oldest_due_age_seconds',
      'How long the delivery that has waited longest is past its time; 0 when none is.',
    ),
    held: make.gauge(
      'deliveries_held',
      'Pending deliveries that are held back, by reason, counted in the background.',
      ['reason'],
    ),
    permitsInUse: make.gauge(
      'permits_in_use',
      'Claims that may be sending to webhooks with a max_concurrency, counted in the background.',
    ),
    webhooks: make.gauge('webhooks', 'Webhooks by state, counted in the background.', ['state']),
    blockedKeys: make.gauge(
      'ordering_keys_blocked',
      'Ordering keys that a failed delivery blocks, counted in the background.',
    ),
    operations: make.gauge(
      'operations_under_way',
      'Operations that have not ended, by state, counted in the background.',
      ['state'],
    ),
    retentionRemoved: make.counter(
      'retention_removed_total',
      'Deliveries, attempts, events and payloads that were kept no longer, by what was removed.',
      ['kind'],
    ),
  };
}

function poolMetrics(make: Instruments) {
  return {
    poolConnections: make.gauge('database_connections', 'Connections of the pool, by state.', [
      'state',
    ]),
    poolWaiting: make.gauge(
      'database_pool_waiting',
      'Callers that wait for a connection of the pool.',
    ),
  };
}

function requestMetrics(make: Instruments) {
  return {
    requestSeconds: make.histogram(
      'http_request_duration_seconds',
      'Time to answer a request, by operation and status.',
      { buckets: REQUEST_BUCKETS, labels: ['operation', 'status'] },
    ),
  };
}

/** Makes the metrics of one registry, and reads them. */
class Instruments {
  readonly #registry = new Registry();
  readonly #samplers: (() => void)[] = [];

  constructor() {
    const register = this.#registry;
    collectDefaultMetrics({ register, eventLoopMonitoringPrecision: NEVER_MS });
    const lag = new EventLoopLag(register);
    this.onScrape(() => lag.sample());
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    for (const sample of this.#samplers) sample();
    return this.#registry.metrics();
  }

  onScrape(sample: () => void): void {
    this.#samplers.push(sample);
  }

  counter<Label extends string>(name: string, help: string, labels: Label[] = []) {
    return new Counter(this.#named(name, help, labels));
  }

  gauge<Label extends string>(name: string, help: string, labels: Label[] = []) {
    return new Gauge(this.#named(name, help, labels));
  }

  histogram<Label extends string>(
    name: string,
    help: string,
    { buckets, labels = [] }: { buckets: number[]; labels?: Label[] },
  ) {
    return new Histogram({ ...this.#named(name, help, labels), buckets });
  }

  #named<Label extends string>(name: string, help: string, labelNames: Label[]) {
    return { name: `postmand_${name}`, help, labelNames, registers: [this.#registry] };
  }
}
