import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describeFailure } from '../failure.ts';
import type { WebhookRequest } from '../request.ts';
import { MAX_TIMER_MS, type Exchange, type SenderOptions, type SendLimits } from '../send.ts';
import { SendError } from '../send-error.ts';
import { childEnvironment } from './child-environment.ts';
import type { Order, Report } from './program.ts';

/** A send that this process is making, or is to make once it has started. */
type Sending = {
  request: WebhookRequest;
  timeoutMs: number;
  spentMs: number;
  mayBegin: SendLimits['mayBegin'];
  passedAt: number;
  finish(exchange: Exchange): void;
};

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url));

/** Enough for one send and the look-ups of it. */
const THREADS = 4;

/** A start takes 0.2 s where nothing else runs. */
const START_MS = 20_000;

/**
 * How much longer than the send may take the answer of the process is waited for: then it is stuck.
 */
const LATE_MS = 3000;

/** How long an idle process waits for the next send. */
const IDLE_MS = 5000;

/**
 * A process of its own, as its parent sees it, that makes one send at a time. It ends itself when
 * it had nothing to do for some seconds.
 */
export class Child {
  readonly #options: SenderOptions;
  readonly #onChange: () => void;
  readonly #child: ChildProcess | undefined;
  #state: 'starting' | 'ready' | 'ending' | 'gone' = 'starting';
  #sending: Sending | undefined;
  /** It is starting, sending or idle for too long. */
  #timer: NodeJS.Timeout | undefined;

  /** `onChange` is called when it has become free, or gone. */
  constructor(options: SenderOptions, onChange: () => void) {
    this.#options = { ...options, lookupThreads: THREADS };
    this.#onChange = onChange;
    this.#child = this.#start();
  }

  /** It can take a send now. */
  get isFree(): boolean {
    return this.#state === 'ready' && this.#sending === undefined;
  }

  get isGone(): boolean {
    return this.#state === 'gone';
  }

  /**
   * Only for one that is new or free. The time of the send runs from when the process has started.
   */
  send(
    request: WebhookRequest,
    { timeoutMs, spentMs = 0, signal, mayBegin }: SendLimits,
  ): Promise<Exchange> {
    return new Promise((resolve) => {
      const onAbort = () => this.giveUp({ kind: 'aborted' });
      signal.addEventListener('abort', onAbort, { once: true });
      const finish = (exchange: Exchange) => {
        signal.removeEventListener('abort', onAbort);
        resolve(exchange);
      };
      const passedAt = performance.now();
      this.#sending = { request, timeoutMs, spentMs, mayBegin, passedAt, finish };
      if (this.#state === 'ready') this.#pass();
    });
  }

  /** Kills the process. What it is sending ends as this. */
  giveUp(exchange: Exchange): void {
    if (this.#state === 'gone') return;
    this.#state = 'ending';
    this.#child?.kill('SIGKILL');
    this.#finish(exchange);
  }

  #start(): ChildProcess | undefined {
    this.#timer = setTimeout(
      () => this.giveUp({ kind: 'local', code: 'PROCESS_START_TIMEOUT' }),
      START_MS,
    );
    try {
      // Its output would mix with our log, which is read by programs.
      const child = fork(PROGRAM, [], {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        env: childEnvironment(THREADS),
      });
      child.on('message', (report: Report) =>
        report === 'ready' ? this.#ready() : this.#answered(report),
      );
      // Later errors are of no interest: what cannot be told to it, or does not kill it, is gone
      // already.
      child.on(
        'error',
        (error) => child.pid === undefined && this.#gone({ kind: 'local', code: codeOf(error) }),
      );
      // Not 'exit': an answer may still be on its way then.
      child.on('close', (code, signal) => this.#gone(this.#deathOf(signal ?? `exit code ${code}`)));
      return child;
    } catch (error) {
      setImmediate(() => this.#gone({ kind: 'local', code: codeOf(error) }));
      return undefined;
    }
  }

  #ready(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'ready';
    if (this.#sending) this.#pass();
  }

  #pass(): void {
    const { request, timeoutMs, spentMs, mayBegin } = this.#sending as Sending;
    if (mayBegin?.() === false) return this.#over({ kind: 'aborted' });
    (this.#sending as Sending).passedAt = performance.now() - spentMs;
    this.#wait(Math.min(timeoutMs - spentMs + LATE_MS, MAX_TIMER_MS), () => {
      this.giveUp(
        this.#failure(describeFailure(new SendError('TIMEOUT'), { url: request.url, timeoutMs })),
      );
    });
    const order: Order = { options: this.#options, request, timeoutMs, spentMs };
    this.#child?.send(order, () => {});
  }

  #answered(exchange: Exchange): void {
    if (this.#state !== 'ready' || this.#sending === undefined) return;
    // A look-up that hangs would keep one of its threads.
    if (exchange.kind === 'failure' && exchange.reason === 'timeout') return this.giveUp(exchange);
    this.#over(exchange);
  }

  /** It waits for the next send. */
  #over(exchange: Exchange): void {
    this.#finish(exchange);
    this.#wait(IDLE_MS, () => this.giveUp({ kind: 'aborted' }));
    this.#onChange();
  }

  #gone(exchange: Exchange): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#finish(exchange);
    this.#onChange();
  }

  #finish(exchange: Exchange): void {
    clearTimeout(this.#timer);
    const sending = this.#sending;
    this.#sending = undefined;
    sending?.finish(exchange);
  }

  #wait(ms: number, onEnd: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(onEnd, ms);
  }

  #deathOf(how: string): Exchange {
    // It ended before it got its request.
    if (this.#state === 'starting') return { kind: 'local', code: 'PROCESS_DIED_AT_START' };
    return this.#failure({
      reason: 'crashed',
      message: `the process that sent this died (${how})`,
    });
  }

  #failure(failure: ReturnType<typeof describeFailure>): Exchange {
    const durationMs = Math.round(
      performance.now() - (this.#sending?.passedAt ?? performance.now()),
    );
    return { kind: 'failure', ...failure, durationMs };
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'PROCESS_NOT_STARTED';
}
