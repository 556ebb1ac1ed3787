import type { Chance } from '../../faults/intensity.ts';
import { calmDown } from './calm.ts';
import type { Rule } from './claim-steps.ts';
import { possibleEvents, type Event } from './event.ts';
import { kindOf, type Path } from './search.ts';
import { after } from './step.ts';

/** Kinds of events that end what could still happen: few of them, so that walks go far. */
const FINAL = new Set<Event['kind']>(['delete', 'deactivate']);

/** `shown`: the kinds of events that other paths have shown. */
type Way = { length: number; rule: Rule; shown: Set<string> };

/**
 * A way by chance from where `from` ends, `length` events long, which prefers what was not shown
 * yet, and on to its calm end.
 * @throws Broken
 */
export function walk(from: Path, chance: Chance, { length, rule, shown }: Way): Path {
  let state = from.start;
  const events: Event[] = [];
  const go = (event: Event) => {
    shown.add(kindOf(state, event));
    state = after(state, event, rule);
    events.push(event);
  };
  for (const event of from.events) go(event);
  for (let nth = 0; nth < length; nth += 1) {
    const possible = possibleEvents(state).filter(
      ({ kind }) => !FINAL.has(kind) || chance.between(1, 10) === 1,
    );
    if (possible.length === 0) break;
    const fresh = possible.filter((event) => !shown.has(kindOf(state, event)));
    go(chance.pick(fresh.length > 0 ? fresh : possible));
  }
  const survivor = chance.between(0, state.workers.length - 1);
  for (const event of calmDown(state, survivor, { rule, known: new Set() })) go(event);
  return { start: from.start, events };
}
