import { matchesType } from '../../webhooks/subscription/pattern.ts';
import {
  subscriptionFault,
  type Subscription,
} from '../../webhooks/subscription/subscription-fault.ts';
import { isSubscribed } from './is-subscribed.ts';
import type { Choosable } from './subscriptions.ts';

/**
 * Why a webhook does not get an event: it gets none at all, what it subscribes to was written by
 * hand and has no meaning, none of its patterns matches the type, or its filter does not match.
 */
export type Mismatch = 'not_subscribed' | 'unreadable' | 'event_types' | 'filter';

/** Null: it gets the event. */
export async function mismatchOf(
  subscription: Subscription,
  event: Choosable,
): Promise<Mismatch | null> {
  if (await isSubscribed(subscription, event)) return null;
  const { event_types: patterns } = subscription;
  if (patterns === null) return 'not_subscribed';
  if (subscriptionFault(subscription) !== undefined) return 'unreadable';
  return matchesType(patterns, event.type) ? 'filter' : 'event_types';
}
