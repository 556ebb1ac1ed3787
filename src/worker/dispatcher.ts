import { NO_ALARMS, type Alarms } from '../alarms/alarms.ts';
import { atMost } from '../process/at-most.ts';
import { isReadOnly } from '../database/failure.ts';
import type { Pool } from '../database/pool.ts';
import type { Log } from '../telemetry/log.ts';
import type { Recorder } from '../statistics/recorder.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { admit, type Admitted } from './admission.ts';
import { Wakeup } from './wakeup.ts';
import { Buffer } from './buffer.ts';
import { Claimer } from './claiming/claimer.ts';
import { POOL_SIZE } from '../sending/isolated/pool.ts';
import { Leases } from './leases.ts';
import { LockedSecrets } from './locked-secrets.ts';
import { Limiter } from './limits/limiter.ts';
import { Placement } from './placement.ts';
import { Readings } from './readings.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import { Completer } from '../attempts/completer.ts';
import { AccessTokens } from '../sending/authorizing/access-tokens.ts';
import type { Sender } from '../sending/send.ts';
import type { Vault } from '../webhooks/secrets/vault.ts';
import { Slots } from './slots/slots.ts';
import { TestSends } from './test-sends.ts';

export type DispatcherParts = {
  pool: Pool;
  queue: ClaimableQueue;
  sender: Sender;
  /** Sends each delivery in a process of its own. */
  isolatedSender: Sender;
  metrics: Metrics;
  /** Left out: nobody counts for the API. */
  statistics?: Recorder;
  /** Left out: operators are told nothing. */
  alarms?: Alarms;
  log: Log;
  vault: Vault;
  /** Left out: nobody records traces. */
  tracing?: Tracing | undefined;
};

export type DispatcherOptions = {
  slots: number;
  share: number;
  pollingIntervalMs: number;
  /** Payload bytes that may be in memory for sends. */
  bytesInFlight: number;
  /** The longest pause that an answer may ask for. */
  retryAfterMaxSeconds: number;
  /** Where CloudEvents say that they come from. */
  eventSource: string;
};

/**
 * How long a stop tries to return claims to a database that does not take them. Their lease runs
 * out then.
 */
const RETURN_MS = 2000;

/**
 * Claims deliveries and sends them, from `start` until `stop`. The life of a claim here:
 *
 *     claimed → admitted → slot → sending (fast → slow) → settled
 *       │         │ │ │             └ aborted → returned
 *       │         │ │ ├ buffered → slot | returned
 *       │         │ │ └ asking → slot | returned
 *       │         │ └ isolated → sending (marked, in a process of its own) → settled
 *       │         │     └ returned  └ aborted → returned
 *       │         └ returned
 *       └ held | postponed | dropped | exhausted | expired | doubted
 *
 * Tests are claimed, admitted and sent beside that, by `TestSends`: they need no slot.
 *
 * | step                         | taken by                                                  |
 * | ---------------------------- | --------------------------------------------------------- |
 * | claimed                      | `Claimer.claim`, then `Leases.add`                        |
 * | admitted                     | `admit`                                                   |
 * | held, postponed, dropped,    | `withdraw`, for `admit`                                   |
 * | exhausted, expired, doubted  |                                                           |
 * | slot, buffered, isolated     | `Slots.take`, `Buffer.add`, `Isolation.run`, for          |
 * |                              | `Placement.place`; what finds no room is returned, and    |
 * |                              | its webhook left out by `Claimer.turnAway`                |
 * | asking → slot                | `askForRoom`, by `Limiter.ask`, where its webhook has     |
 * |                              | limits; what is refused is returned, and its webhook left |
 * |                              | out by `Claimer.gotPlaces`. `Isolation` asks as well      |
 * | buffered → slot              | `Placement.fill`, which admits again what waited for long |
 * |                              | or whose webhook has changed                              |
 * | sending                      | `execute`                                                 |
 * | fast → slow                  | `Slot.tookLong`; then what is buffered is returned        |
 * | settled                      | `Completer.complete`                                      |
 * | the claim is over, or        | `Closer.close`: `Leases.end`, or `Leases.return`          |
 * | returned                     |                                                           |
 * | aborted                      | `Leases`, when a claim is not ours any more, or `stop`    |
 *
 * Each turn of the loop claims what there is room for. `Wakeup` is the one thing that it waits for.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #wakeup = new Wakeup();
  readonly #readings = new Readings();
  readonly #lockedSecrets: LockedSecrets;
  readonly #slots: Slots;
  readonly #claimer: Claimer;
  readonly #placement: Placement;
  readonly #leases: Leases;
  readonly #completer: Completer;
  readonly #tests: TestSends;
  #running = Promise.resolve();
  #stopped = false;

  constructor(
    parts: DispatcherParts,
    { slots, share, pollingIntervalMs, bytesInFlight, ...executing }: DispatcherOptions,
  ) {
    const { pool, queue, sender, isolatedSender, metrics, log, vault, tracing } = parts;
    const { alarms = NO_ALARMS } = parts;
    const buffer = new Buffer<Admitted>(slots);
    this.#parts = parts;
    this.#lockedSecrets = new LockedSecrets(log);
    this.#slots = new Slots({ slots, share });
    const quietMs = () => queue.quietMs();
    const polled = () => this.#tests.wake();
    const claiming = { queue, slots: this.#slots, buffer, pollingIntervalMs, quietMs, polled };
    this.#claimer = new Claimer(claiming);
    this.#leases = new Leases({ pool, queue, log });
    this.#completer = new Completer(parts);
    this.#placement = new Placement({
      ...{ pool, queue, sender, isolatedSender, metrics, alarms, log, vault, tracing, buffer },
      ...{ bytesInFlight, slots: this.#slots, claimer: this.#claimer, leases: this.#leases },
      ...{ completer: this.#completer, wakeup: this.#wakeup, limiter: new Limiter(parts) },
      accessTokens: new AccessTokens(sender),
      readings: this.#readings,
      lockedSecrets: this.#lockedSecrets,
      ...executing,
    });
    this.#tests = new TestSends({
      ...{ pool, queue, metrics, log, vault, slots: this.#slots, leases: this.#leases },
      placement: this.#placement,
      lockedSecrets: this.#lockedSecrets,
      // The wake-up has it polled soon, and with each poll tests are looked for again.
      failed: (error) => (this.#tell(error), this.wake()),
    });
    parts.metrics.onScrape(() => this.#sample(slots));
  }

  /** To be called once; the first turn looks for work. */
  start(): void {
    this.#running = this.#runUntilStopped();
  }

  /** There may be something to claim. */
  wake(): void {
    this.#claimer.wake();
    this.#wakeup.wake();
  }

  /** The requests of a webhook have changed; undefined: those of any may have. */
  changed(webhookId?: string): void {
    this.#readings.changed(webhookId);
  }

  /** There may be a test to claim, and nothing else. */
  wakeForTest(): void {
    this.#tests.wake();
  }

  /**
   * Claims nothing more, lets sends in flight finish and be recorded for up to `graceMs`, and
   * returns the rest.
   */
  async stop(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    this.#stopped = true;
    this.#wakeup.wake();
    this.#completer.hurry();
    // The turn under way may still send what it has claimed. After it nothing new comes, so that
    // all sends are known.
    await atMost(graceMs, Promise.all([this.#running, this.#tests.stop()]));
    await this.#placement.stop();
    await atMost(Math.max(0, deadline - performance.now()), this.#placement.allOver());
    const left = this.#leases.all();
    for (const { abort } of left) abort.abort();
    if (left.length > 0)
      this.#parts.log.warn('shutdown.handed_back', {
        delivery_ids: left.map(({ claim }) => claim.deliveryId),
      });
    await this.#leases.return(left);
    await this.#leases.stop(RETURN_MS);
    await Promise.all([this.#running, this.#tests.stop()]);
  }

  async #runUntilStopped(): Promise<void> {
    while (!this.#stopped) {
      await this.#turn().catch((error: unknown) => this.#tell(error));
      if (!this.#stopped) await this.#wakeup.wait(this.#claimer.waitMs());
    }
  }

  /**
   * That the database may not be written is told once, as `database.read_only`. It may be so on
   * purpose.
   */
  #tell(error: unknown): void {
    this.#parts.log[isReadOnly(error) ? 'debug' : 'error']('dispatch.failed', { error });
  }

  async #turn(): Promise<void> {
    const { claims, askedAt } = await this.#claimer.claim();
    this.#placement.fill();
    if (claims.length === 0) return;
    this.#parts.metrics.claimBatch.observe(claims.length);
    const leases = this.#leases.add(claims, askedAt);
    if (this.#stopped) return this.#leases.return(leases);
    const admission = {
      ...this.#parts,
      ...{ leases: this.#leases, slots: this.#slots, lockedSecrets: this.#lockedSecrets },
    };
    const { admitted, withdrawn } = await admit(admission, leases);
    this.#placement.place(admitted);
    await withdrawn;
  }

  #sample(slots: number): void {
    const { metrics } = this.#parts;
    const { isolated, waiting, bytes } = this.#placement.busy();
    const busy = { ...this.#slots.busy(), isolated };
    for (const lane of ['fast', 'slow', 'isolated'] as const) {
      metrics.slots.set({ lane }, lane === 'isolated' ? POOL_SIZE : slots);
      metrics.inFlight.set({ lane }, busy[lane]);
    }
    metrics.claimsWaiting.set(waiting);
    metrics.bytesInFlight.set(bytes);
  }
}
