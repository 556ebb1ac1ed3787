import { isDeepStrictEqual } from 'node:util';
import { filterFault, type Filter } from './filter.ts';
import { patternFault } from './pattern.ts';

/** What a webhook subscribes to. */
export type Subscription = { event_types: string[] | null; filter: Filter | null };

/**
 * Why a webhook may not have this subscription, with the place in front; undefined: it may. What it
 * has already may stay: its client may only want to deactivate it.
 */
export function subscriptionFault(
  { event_types, filter }: Subscription,
  before: Partial<Subscription> = {},
): string | undefined {
  for (const [i, pattern] of (event_types ?? []).entries()) {
    const fault = patternFault(pattern);
    if (fault !== undefined && !before.event_types?.includes(pattern))
      return `event_types.${i}: ${fault}`;
  }
  if (filter === null) return undefined;
  const fault = filterFault(filter);
  return fault !== undefined && isDeepStrictEqual(filter, before.filter) ? undefined : fault;
}
