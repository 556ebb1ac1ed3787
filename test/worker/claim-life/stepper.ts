import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { inTransaction } from '../../../src/database/transaction.ts';
import type { Pool } from '../../../src/database/pool.ts';
import { admit, type Admitted } from '../../../src/worker/admission.ts';
import { requestOf, type Attempted, type Unsent } from '../../../src/attempts/deliver.ts';
import { Readings } from '../../../src/worker/readings.ts';
import { execute, type Execution, type ExecutorParts } from '../../../src/worker/executor.ts';
import { LockedSecrets } from '../../../src/worker/locked-secrets.ts';
import { Returns } from '../../../src/worker/returns.ts';
import { Isolation } from '../../../src/worker/isolation.ts';
import type { LeasedClaim, Leases } from '../../../src/worker/leases.ts';
import type { ClaimableQueue } from '../../../src/queue/claimable-queue.ts';
import type { Exchange, Sender } from '../../../src/sending/send.ts';
import { settle } from '../../../src/attempts/settle.ts';
import { Slots } from '../../../src/worker/slots/slots.ts';
import { NO_ACCESS_TOKENS } from '../admitted.ts';
import { recordVanished } from '../../../src/worker/executor.ts';
import { NO_KEYS, silentLog } from '../../setup/parts.ts';
import { asking } from '../../setup/worker-queue.ts';
import type { Rule } from './claim-steps.ts';
import type { How } from './event.ts';
import { exchangeOf } from './exchange.ts';
import { Link } from './link.ts';
import type { Route } from './state.ts';
import { EVENT_SOURCE } from '../../setup/settings.ts';

/** A claim that the worker has, and what it waits for. */
type Step = {
  lease: LeasedClaim;
  link?: Link;
  admitting?: Promise<Admitted[]>;
  admitted?: Admitted;
  end?: (exchange: Exchange) => void;
  execution?: Promise<Execution>;
  attempted?: Attempted;
};

type StepperParts = { pool: Pool; queue: ClaimableQueue; rule: Rule };

/**
 * A worker of the real modules that stands still between any two steps. What it knows is gone when
 * it is forgotten.
 */
export class Stepper {
  readonly #parts: StepperParts;
  readonly #link: Link;
  readonly #returns: Returns;
  readonly #metrics = createMetrics();
  readonly #steps: Step[] = [];

  constructor(parts: StepperParts) {
    this.#parts = parts;
    this.#link = new Link(parts.pool, { isOpen: true });
    this.#returns = new Returns({ pool: this.#link.pool, queue: parts.queue, log: silentLog });
  }

  /** Claims one, of none of `others`. */
  async claim(others: string[], from: 'oldest' | 'newest'): Promise<void> {
    const { claims } = await this.#parts.queue.claim(asking({ limit: 1, ignore: others, from }));
    this.#steps.push(
      ...claims.map((claim) => ({
        lease: { claim, confirmedAt: performance.now(), abort: new AbortController() },
      })),
    );
  }

  /** Admits a claim, up to where what is withdrawn would be written. */
  async read(nth: number, how: How): Promise<void> {
    const step = this.#at(nth);
    step.link = new Link(this.#parts.pool, { isOpen: false });
    step.link.how = how;
    this.#link.how = how;
    const { queue } = this.#parts;
    const slots = new Slots({ slots: 10, share: 10 });
    const telling = { log: silentLog, metrics: this.#metrics, vault: NO_KEYS };
    const lockedSecrets = new LockedSecrets(silentLog);
    step.admitting = admit(
      { pool: step.link.pool, queue, leases: this.#leases, slots, lockedSecrets, ...telling },
      [step.lease],
    ).then(async ({ admitted, withdrawn }) => {
      await withdrawn;
      return admitted;
    });
    step.admitting.catch(() => {});
    const done = await Promise.race([step.admitting.catch(() => []), step.link.waiting]);
    if (done !== undefined) step.admitted = done[0] as Admitted;
  }

  async withdraw(nth: number, how: How): Promise<void> {
    const { link, admitting } = this.#at(nth);
    this.#link.how = how === 'works' ? 'works' : 'fails';
    link?.open(how);
    await admitting?.catch(() => {});
  }

  /** Begins what was decided, up to where a send is under way or an outcome is known. */
  async begin(nth: number, how: How): Promise<void> {
    const step = this.#at(nth);
    const admitted = step.admitted as Admitted;
    const link = new Link(this.#parts.pool, { isOpen: true });
    link.how = how;
    this.#link.how = how === 'works' ? 'works' : 'fails';
    const waiting = Promise.withResolvers<undefined>();
    const parts: ExecutorParts = {
      pool: link.pool,
      log: silentLog,
      vault: NO_KEYS,
      accessTokens: NO_ACCESS_TOKENS,
      readings: new Readings(),
      retryAfterMaxSeconds: 3600,
      eventSource: EVENT_SOURCE,
      completer: {
        complete(attempted) {
          step.attempted = attempted;
          waiting.resolve(undefined);
          return new Promise(() => {});
        },
      },
    };
    const route = this.#parts.rule({ ...admitted, crashes: step.lease.claim.crashes });
    step.execution = run(route, {
      parts,
      admitted,
      sender: senderOf(step, () => waiting.resolve(undefined)),
    });
    await this.#afterwards(step, waiting.promise);
  }

  /** Ends the send under way. */
  async end(nth: number, exchange: Exchange): Promise<void> {
    const step = this.#at(nth);
    this.#link.how = 'works';
    step.end?.(exchange);
    if (exchange.kind === 'local') await this.#afterwards(step, NEVER);
    else while (step.attempted === undefined) await new Promise((resolve) => setImmediate(resolve));
  }

  async settle(nth: number, how: How): Promise<void> {
    const step = this.#at(nth);
    const link = new Link(this.#parts.pool, { isOpen: true });
    link.how = how;
    const recorded = inTransaction(link.pool, (tx) =>
      settle(tx, this.#parts.queue, [step.attempted as Attempted]),
    );
    if (
      await recorded.then(
        () => true,
        () => false,
      )
    )
      this.#forget(step.lease);
  }

  async return(nth: number, how: How): Promise<void> {
    const step = this.#at(nth);
    this.#link.how = how;
    step.end?.({ kind: 'aborted' });
    if (step.end) await this.#afterwards(step, NEVER);
    else await this.#leases.return([step.lease]);
  }

  async retry(how: How): Promise<void> {
    this.#link.how = how;
    await this.#returns.retry();
  }

  async keepAlive(): Promise<void> {
    const kept = await this.#parts.queue.keepAlive(this.#steps.map(({ lease }) => lease.claim));
    for (const { lease } of this.#steps) if (!kept.has(lease.claim)) lease.abort.abort();
  }

  giveUp(): void {
    for (const { lease } of this.#steps) lease.abort.abort();
  }

  #at(nth: number): Step {
    return this.#steps[nth] as Step;
  }

  #forget(lease: LeasedClaim): void {
    this.#steps.splice(
      this.#steps.findIndex((step) => step.lease === lease),
      1,
    );
  }

  /** As the dispatcher: what was not sent goes back. */
  async #afterwards({ lease, execution }: Step, waiting: Promise<undefined>): Promise<void> {
    const end = await Promise.race([execution ?? waiting, waiting]);
    if (end?.kind === 'aborted' || end?.kind === 'gone') await this.#leases.return([lease]);
    if (end?.kind === 'not_recorded') this.#forget(lease);
    if (end?.kind === 'local') await this.#leases.return([lease], LATER_SECONDS);
  }

  /** The leases as the modules use them, without a timer. */
  get #leases(): Pick<Leases, 'end' | 'return'> {
    return {
      end: (lease) => this.#forget(lease),
      return: (leases, delaySeconds) => this.#return(leases, delaySeconds),
    };
  }

  async #return(leases: LeasedClaim[], delaySeconds = 0): Promise<void> {
    for (const lease of leases) this.#forget(lease);
    await this.#returns.returnOnce(
      leases.map(({ claim, mark }) => ({ claim, mark, delaySeconds })),
    );
  }
}

const NO_LIMITS = { ask: () => Promise.reject(new Error('no webhook is limited')) };
const LATER_SECONDS = 600;
const NEVER = new Promise<undefined>(() => {});

type Run = { parts: ExecutorParts; admitted: Admitted; sender: Sender };

/** As the dispatcher places what was admitted; and what an older rule did. */
function run(route: Route, { parts, admitted, sender }: Run): Promise<Execution> {
  if (route === 'vanished') return recordVanished(parts, admitted);
  if (route === 'isolated')
    return new Isolation({ ...parts, limiter: NO_LIMITS }, sender).run(admitted);
  if (route === 'normal') return execute(parts, admitted, { sender });
  const { delivery, webhook, lease, state, readAt } = admitted;
  const payload = delivery.payload ?? '';
  const whole = { ...delivery, payload };
  const assignment = { claim: lease.claim, delivery: whole, webhook, state, readAt };
  const withoutSend: Attempted = {
    kind: 'attempted',
    ...assignment,
    attempt: delivery.delivery_attempts + 1,
    probe: false,
    request: requestOf(assignment, EVENT_SOURCE),
    exchange: exchangeOf('crash'),
    verdict: { kind: 'failed', reason: 'poison' },
  };
  return parts.completer.complete(withoutSend).then(() => withoutSend);
}

/** A sender whose sends end when the check says so. */
function senderOf(step: Step, onBegin: () => void): Sender {
  return {
    send(_request, { signal }) {
      const aborted: Unsent = { kind: 'aborted' };
      if (signal.aborted) return Promise.resolve(aborted);
      const { promise, resolve } = Promise.withResolvers<Exchange>();
      step.end = resolve;
      onBegin();
      return promise;
    },
    close() {},
  };
}
