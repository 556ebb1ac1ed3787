/** A send's place in a lane. */
export type Seat = {
  /** It takes long: from now on it counts for the slow lane, and so does its webhook. */
  moveToSlow(): void;
  /** It is over. `answered`: a complete response came, whatever its status. `unused`: nothing was sent. */
  leave(result: 'answered' | 'unanswered' | 'unused'): void;
};

export type Lanes = {
  /** Takes a seat for one more send to this webhook; undefined where its window or its lane is full. */
  seat(webhookId: string): Seat | undefined;
  freeFast(): number;
  freeSlow(): number;
  busy(): { fast: number; slow: number };
  /** Webhooks with as many sends under way as they may have. */
  full(): string[];
  slow(): string[];
};

type State = { inFlight: number; window: number; slow: boolean; quickInARow: number };

/** After so many quick sends in a row a slow webhook is trusted again. */
const QUICK_TO_RECOVER = 3;

/** Webhooks remembered while nothing of theirs is under way; a forgotten one just starts small again. */
const REMEMBERED = 10_000;

/**
 * Shares a worker's slots between webhooks, so that none delays the others: `slots` sends in the fast lane, and beside them as
 * many in the slow lane, for webhooks whose recent sends took long. A webhook has at most `share` sends under way. It starts
 * with one and gains one for each answer, as TCP's slow start does (RFC 5681, section 3.1), so that even the first burst to an
 * endpoint that hangs holds one slot; a send without an answer takes it back to one.
 */
export function createLanes({ slots, share }: { slots: number; share: number }): Lanes {
  const states = new Map<string, State>();
  const busy = { fast: 0, slow: 0 };

  function stateOf(webhookId: string): State {
    return states.get(webhookId) ?? { inFlight: 0, window: 1, slow: false, quickInARow: 0 };
  }

  function remember(webhookId: string, state: State): void {
    // Moved to the end: the first of the map is the one not used for longest.
    states.delete(webhookId);
    states.set(webhookId, state);
    if (states.size <= REMEMBERED) return;
    for (const [id, { inFlight }] of states) {
      if (inFlight === 0) return void states.delete(id);
    }
  }

  function seat(webhookId: string): Seat | undefined {
    const state = stateOf(webhookId);
    let lane: 'fast' | 'slow' = state.slow ? 'slow' : 'fast';
    if (state.inFlight >= state.window || busy[lane] >= slots) return undefined;
    busy[lane] += 1;
    state.inFlight += 1;
    remember(webhookId, state);
    let quick = true;
    return {
      moveToSlow() {
        quick = false;
        state.slow = true;
        state.quickInARow = 0;
        busy[lane] -= 1;
        lane = 'slow';
        busy.slow += 1;
      },
      leave(result) {
        busy[lane] -= 1;
        state.inFlight -= 1;
        if (result === 'unused') return;
        state.window = result === 'answered' ? Math.min(share, state.window + 1) : 1;
        if (quick) state.quickInARow += 1;
        if (state.quickInARow >= QUICK_TO_RECOVER) state.slow = false;
      },
    };
  }

  const idsWhere = (test: (state: State) => boolean) => [...states].filter(([, state]) => test(state)).map(([id]) => id);

  return {
    seat,
    freeFast: () => Math.max(0, slots - busy.fast),
    freeSlow: () => Math.max(0, slots - busy.slow),
    busy: () => ({ ...busy }),
    full: () => idsWhere(({ inFlight, window }) => inFlight >= window),
    slow: () => idsWhere(({ slow }) => slow),
  };
}
