import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

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

/** A registry of its own with every metric of a process, Node's defaults among them. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `postmand_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `postmand_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ) => new Histogram({ name: `postmand_${name}`, help, buckets, labelNames, registers });
  const samplers: (() => void)[] = [];
  collectDefaultMetrics({ register: registry });

  return {
    contentType: registry.contentType,
    /** Everything in the Prometheus text format, with gauges brought up to date first. */
    text() {
      for (const sample of samplers) sample();
      return registry.metrics();
    },
    /** Registers what sets gauges from memory just before they are read. It must be quick. */
    onScrape: (sample: () => void) => void samplers.push(sample),
    accepted: counter('deliveries_accepted_total', 'Deliveries stored and queued.'),
    acceptBatch: histogram(
      'accept_batch_size',
      'Deliveries that were accepted in one transaction.',
      BATCH_BUCKETS,
    ),
    attempts: counter('attempts_total', 'Attempts recorded, by what came of them.', ['outcome']),
    attemptSeconds: histogram(
      'attempt_duration_seconds',
      'Time from the name lookup to the end of the response.',
      SEND_BUCKETS,
    ),
    firstAttemptSeconds: histogram(
      'first_attempt_latency_seconds',
      'Time from accepting a delivery to its first recorded attempt.',
      WAY_BUCKETS,
    ),
    successSeconds: histogram(
      'success_latency_seconds',
      'Time from accepting a delivery to its recorded success.',
      WAY_BUCKETS,
    ),
    inFlight: gauge('sends_in_flight', 'Sends under way, by lane.', ['lane']),
    slots: gauge('slots', 'Sends that may be under way, by lane.', ['lane']),
    waitingInLine: gauge(
      'claims_waiting',
      'Claimed deliveries that wait in this worker for their webhook to have room.',
    ),
    leaseCheckAge: gauge(
      'lease_check_age_seconds',
      'Time since this worker last looked for claims of lost workers with success.',
    ),
    bytesInFlight: gauge('payload_bytes_in_flight', 'Bytes of payloads that are held for sends.'),
    claimBatch: histogram('claim_batch_size', 'Deliveries that one claim brought.', BATCH_BUCKETS),
    settleBatch: histogram(
      'settle_batch_size',
      'Attempts that were recorded in one transaction.',
      BATCH_BUCKETS,
    ),
    pending: gauge(
      'deliveries_pending',
      'Deliveries that are due or wait for a retry, counted in the background.',
    ),
    oldestDueSeconds: gauge(
      'oldest_due_age_seconds',
      'How long the delivery that has waited longest is past its time; 0 when none is.',
    ),
    held: gauge(
      'deliveries_held',
      'Pending deliveries that are held back, by reason, counted in the background.',
      ['reason'],
    ),
    poolConnections: gauge('database_connections', 'Connections of the pool, by state.', ['state']),
    poolWaiting: gauge('database_pool_waiting', 'Callers that wait for a connection of the pool.'),
    requestSeconds: histogram(
      'http_request_duration_seconds',
      'Time to answer a request, by operation and status.',
      REQUEST_BUCKETS,
      ['operation', 'status'],
    ),
  };
}
