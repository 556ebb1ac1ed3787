import { TimeSlices } from '../../process/time-slices.ts';
import { readFilter } from '../../webhooks/subscription/filter.ts';
import { matchesType } from '../../webhooks/subscription/pattern.ts';
import {
  subscriptionFault,
  type Subscription,
} from '../../webhooks/subscription/subscription-fault.ts';
import { payloadOf } from './payload.ts';
import type { Choosable } from './subscriptions.ts';

/** Whether a webhook with this subscription would get an event: as `Subscriptions` choose. */
export async function isSubscribed(
  subscription: Subscription,
  { type, payload, metadata = {} }: Choosable,
): Promise<boolean> {
  const { event_types: patterns, filter } = subscription;
  if (patterns === null || subscriptionFault(subscription) !== undefined) return false;
  if (!matchesType(patterns, type)) return false;
  if (filter === null) return true;
  const { test } = readFilter(filter);
  return test({ payload: await payloadOf(payload, new TimeSlices()), metadata }) === true;
}
