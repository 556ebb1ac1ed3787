/**
 * How the last sends of a webhook went, as far as this process knows. A slow one answers late. A
 * silent one does not answer.
 */
export type Standing = 'unknown' | 'quick' | 'slow' | 'silent';

/**
 * How a send ended. `answered`: a complete response came, whatever its status. `unused`: nothing
 * was learned.
 */
export type SendEnd = 'answered' | 'unanswered' | 'unused';

/** The place of one send. */
export type Slot = {
  /** How long the send may take until it has to be called slow, in milliseconds. */
  slowAfterMs: number;
  /**
   * It takes long: from now on its webhook is slow, and the send moves to the slow lane as soon as
   * that has room.
   */
  becomeSlow(): void;
  leave(end: SendEnd): void;
};

export type SlotsOptions = {
  /**
   * Sends in the fast lane, and as many in the slow one: never more than both together are under
   * way.
   */
  slots: number;
  /** Most sends of one webhook at a time. */
  share: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
};

type Lane = 'fast' | 'slow';

type State = {
  inFlight: number;
  /**
   * Most sends at a time for now: 1 at first, one more with each answer, and 1 again after none.
   */
  window: number;
  standing: Standing;
  quickInARow: number;
  /** When the last quick send ended. */
  quickAt: number;
};

/**
 * One send: its webhook, where it counts, whether it counts as one of an unknown webhook, and
 * whether it is quick so far.
 */
type Taken = {
  webhookId: string;
  state: State;
  lane: Lane;
  unknown: boolean;
  quick: boolean;
  startedAt: number;
};

/** A send that takes longer than this is slow. */
const SLOW_AFTER_MS = 1000;

/**
 * A send to an unknown webhook counts as slow sooner, so that the next unknown one can be tried.
 */
const SLOW_AFTER_MS_IF_UNKNOWN = 250;

/** After so many quick sends in a row a slow webhook is quick again. */
const QUICK_TO_RECOVER = 3;

/**
 * Sends of quick webhooks that turn slow within so long of each other are one event, and so long
 * after the last of them it is over.
 */
const EVENT_MS = 2000;
const OVER_AFTER_MS = 10_000;

/**
 * Webhooks remembered while nothing of theirs is under way; a forgotten one just starts small
 * again.
 */
const REMEMBERED = 10_000;

/**
 * Shares the sends of a worker between webhooks, so that none delays the others. A send that takes
 * longer than a second moves from the fast lane to the slow one, and so does its webhook. How much
 * of the fast lane a webhook can fill depends on how likely it is to hang there:
 *
 * | the last send of its webhook            | may fill, with everything else in the lane   |
 * | --------------------------------------- | -------------------------------------------- |
 * | was quick, and ended in the last second | all for its first send, else all but a tenth |
 * | was quick                               | all but a tenth                              |
 * | was quick, but before others began to   | half                                         |
 * | hang that had been quick                |                                              |
 * | is not known                            | all but a tenth, together at most half, each |
 * |                                         | with a place kept for it in the slow lane    |
 *
 * Where the slow lane has no place left to keep, a newcomer, whose delivery came within the last
 * second, is tried all the same, a few at a time: else nobody could become known while everything
 * known hangs.
 *
 * So sends that hang, however many and of whatever webhooks, leave room to those that are seen to
 * be quick. Within that room a webhook may have as many sends as there are free places: with n busy
 * webhooks each gets 1/(n + 1) of the lane, and that much stays free for the next one (A. K.
 * Choudhury, E. L. Hahne, "Dynamic queue length thresholds for shared-memory packet switches",
 * 1998). Its own window starts at 1 and grows by one with each answer, as TCP's slow start does
 * (RFC 5681, section 3.1), up to `share`. In the slow lane a quarter is kept for webhooks that are
 * known to answer, if slowly.
 */
export class Slots {
  readonly #states = new Map<string, State>();
  readonly #active = new Set<string>();
  readonly #late = new Set<Taken>();
  readonly #size: number;
  readonly #share: number;
  readonly #now: () => number;
  readonly #kept: { fast: number; slow: number };
  readonly #busy = { fast: 0, slow: 0 };
  #unknown = 0;
  #lateUnknown = 0;
  #slowWebhooks = 0;
  /**
   * When the first send that hangs was begun, and when the last one turned slow, of those of
   * webhooks that had been quick.
   */
  #hanging = { since: -Infinity, lastAt: -Infinity };

  constructor({ slots, share, now = () => performance.now() }: SlotsOptions) {
    this.#size = slots;
    this.#share = share;
    this.#now = now;
    const least = slots > 1 ? 1 : 0;
    this.#kept = {
      fast: Math.max(least, Math.floor(slots / 10)),
      slow: Math.max(least, Math.floor(slots / 4)),
    };
  }

  /**
   * Takes a place for one more send; a `newcomer` came to the queue just now. Undefined: there is
   * no room for it now.
   */
  take(webhookId: string, newcomer = false): Slot | undefined {
    const state = this.#stateOf(webhookId);
    if (this.#room(state, newcomer) < 1) return undefined;
    const lane = isSlow(state) ? 'slow' : 'fast';
    const taken: Taken = {
      webhookId,
      state,
      lane,
      unknown: state.standing === 'unknown',
      quick: true,
      startedAt: this.#now(),
    };
    this.#busy[lane] += 1;
    if (taken.unknown) this.#unknown += 1;
    state.inFlight += 1;
    this.#active.add(webhookId);
    this.#remember(webhookId, state);
    return {
      slowAfterMs: taken.unknown ? SLOW_AFTER_MS_IF_UNKNOWN : SLOW_AFTER_MS,
      becomeSlow: () => this.#becomeSlow(taken),
      leave: (end) => this.#leave(taken, end),
    };
  }

  /** How many more sends a webhook could start now, were there nobody else. */
  room(webhookId: string): number {
    return this.#room(this.#stateOf(webhookId), false);
  }

  /** How many claims of a webhook may wait, so that a place that becomes free is taken at once. */
  ahead(webhookId: string): number {
    const { standing, window, inFlight } = this.#stateOf(webhookId);
    return standing === 'quick' ? 2 * window : standing === 'unknown' ? Math.min(1, inFlight) : 0;
  }

  /** How many webhooks of a standing could start a send now. */
  roomFor(standing: Standing, newcomer = false): number {
    return Math.max(0, this.#free({ ...newState(), standing }, newcomer));
  }

  standing(webhookId: string): Standing {
    return this.#stateOf(webhookId).standing;
  }

  knows(webhookId: string): boolean {
    return this.#states.has(webhookId);
  }

  /**
   * Tells how the last send of a webhook went, as another process recorded it. What this process
   * has seen itself counts more.
   */
  recall(webhookId: string, { tookMs, answered }: { tookMs: number; answered: boolean }): void {
    if (this.#states.has(webhookId)) return;
    const state = newState();
    this.#setStanding(state, tookMs <= SLOW_AFTER_MS ? 'quick' : answered ? 'slow' : 'silent');
    this.#remember(webhookId, state);
  }

  /** Whether any webhook is known to be slow. */
  get hasSlow(): boolean {
    return this.#slowWebhooks > 0;
  }

  isActive(webhookId: string): boolean {
    return this.#active.has(webhookId);
  }

  /** Webhooks with sends under way. */
  active(): Iterable<string> {
    return this.#active;
  }

  busy(): Record<Lane, number> {
    return { ...this.#busy };
  }

  free(): Record<Lane, number> {
    return { fast: this.#size - this.#busy.fast, slow: this.#size - this.#busy.slow };
  }

  #room(state: State, newcomer: boolean): number {
    const free = this.#free(state, newcomer);
    // Each further send takes one place from what is free, so half of the difference is left.
    const fair = state.inFlight === 0 ? free : Math.ceil((free - state.inFlight) / 2);
    return Math.max(0, Math.min(free, state.window - state.inFlight, Math.max(fair, 0)));
  }

  /** Places that a send of a webhook in this state may still take. */
  #free(state: State, newcomer: boolean): number {
    const { fast, slow } = this.#busy;
    switch (state.standing) {
      case 'slow':
        return this.#size - slow;
      case 'silent':
        return this.#open - slow;
      case 'quick':
        if (this.#isDoubtful(state))
          return Math.min(this.#half, this.#size - this.#kept.fast) - fast;
        return (
          this.#size - (state.inFlight === 0 && this.#isFresh(state) ? 0 : this.#kept.fast) - fast
        );
      case 'unknown':
        return Math.min(this.#size - this.#kept.fast - fast, this.#freeForUnknown(newcomer));
    }
  }

  #freeForUnknown(newcomer: boolean): number {
    const kept = this.#open - this.#busy.slow - this.#unknown;
    const tries = Math.max(2, Math.floor(this.#size / 10)) - (this.#unknown - this.#lateUnknown);
    return Math.min(this.#half - this.#unknown, newcomer ? Math.max(kept, tries) : kept);
  }

  /**
   * Places of the slow lane for all that may be silent. The others are for webhooks that are known
   * to answer.
   */
  get #open(): number {
    return this.#size - this.#kept.slow;
  }

  get #half(): number {
    return Math.max(1, Math.floor(this.#size / 2));
  }

  /** Others that were quick hang, and this one was not seen to be quick since they began to. */
  #isDoubtful({ quickAt }: State): boolean {
    const { since, lastAt } = this.#hanging;
    return quickAt < since && (this.#late.size > 0 || this.#now() - lastAt <= OVER_AFTER_MS);
  }

  #isFresh({ quickAt }: State): boolean {
    return this.#now() - quickAt <= SLOW_AFTER_MS;
  }

  #becomeSlow(taken: Taken): void {
    const { state } = taken;
    taken.quick = false;
    state.quickInARow = 0;
    if (state.standing === 'quick') this.#noteHanging(taken);
    this.#setStanding(state, 'silent');
    if (taken.lane === 'slow') return;
    if (this.#busy.slow < this.#open) return this.#move(taken);
    this.#late.add(taken);
    if (taken.unknown) this.#lateUnknown += 1;
  }

  #noteHanging({ startedAt }: Taken): void {
    const now = this.#now();
    const isSame = now - this.#hanging.lastAt <= EVENT_MS;
    this.#hanging = {
      since: isSame ? Math.min(this.#hanging.since, startedAt) : startedAt,
      lastAt: now,
    };
  }

  #move(taken: Taken): void {
    this.#release(taken);
    taken.lane = 'slow';
    this.#busy.slow += 1;
  }

  #leave(taken: Taken, end: SendEnd): void {
    const { webhookId, state } = taken;
    this.#release(taken);
    state.inFlight -= 1;
    if (state.inFlight === 0) this.#active.delete(webhookId);
    if (end !== 'unused') this.#learn(taken, end);
    const [late] = this.#late;
    if (late !== undefined && this.#busy.slow < this.#open) this.#move(late);
  }

  #release(taken: Taken): void {
    this.#busy[taken.lane] -= 1;
    if (this.#late.delete(taken) && taken.unknown) this.#lateUnknown -= 1;
    if (taken.unknown) this.#unknown -= 1;
    taken.unknown = false;
  }

  #learn({ state, quick }: Taken, end: SendEnd): void {
    const answered = end === 'answered';
    state.window = answered ? Math.min(this.#share, state.window + 1) : 1;
    if (quick) {
      state.quickAt = this.#now();
      state.quickInARow += 1;
    }
    if (quick && (state.standing === 'unknown' || state.quickInARow >= QUICK_TO_RECOVER))
      this.#setStanding(state, 'quick');
    else if (isSlow(state)) this.#setStanding(state, answered ? 'slow' : 'silent');
  }

  #setStanding(state: State, standing: Standing): void {
    this.#slowWebhooks -= Number(isSlow(state));
    state.standing = standing;
    this.#slowWebhooks += Number(isSlow(state));
  }

  #stateOf(webhookId: string): State {
    return this.#states.get(webhookId) ?? newState();
  }

  #remember(webhookId: string, state: State): void {
    // Moved to the end: the first of the map is the one not used for longest.
    this.#states.delete(webhookId);
    this.#states.set(webhookId, state);
    if (this.#states.size <= REMEMBERED) return;
    for (const [id, forgotten] of this.#states) {
      if (forgotten.inFlight > 0) continue;
      this.#setStanding(forgotten, 'unknown');
      return void this.#states.delete(id);
    }
  }
}

function newState(): State {
  return { inFlight: 0, window: 1, standing: 'unknown', quickInARow: 0, quickAt: -Infinity };
}

function isSlow({ standing }: State): boolean {
  return standing === 'slow' || standing === 'silent';
}
