import type { Webhook } from '../webhooks/webhook.ts';
import type { Due } from './deliver.ts';
import type { SendableDelivery } from './delivery-store.ts';
import type { Claim } from './queue.ts';

/** What is to become of claimed jobs. */
export type Triage = {
  send: Due[];
  /** The webhook may not run now. */
  park: Claim[];
  /** Claimed before its time, in seconds from now. */
  postpone: { claim: Claim; delaySeconds: number }[];
  /** Nothing left to send: the delivery is gone, final, or held. */
  drop: Claim[];
};

/** Sorts claims by the state that deliveries and webhooks have now. */
export function triage(claims: Claim[], deliveries: SendableDelivery[], webhooks: Webhook[]): Triage {
  const deliveryById = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const webhookById = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
  const sorted: Triage = { send: [], park: [], postpone: [], drop: [] };
  for (const claim of claims) {
    const delivery = deliveryById.get(claim.deliveryId);
    const webhook = webhookById.get(claim.webhookId);
    if (!delivery || !webhook || delivery.status !== 'pending' || delivery.held_reason !== null) sorted.drop.push(claim);
    else if (!webhook.active) sorted.park.push(claim);
    else if (delivery.waitSeconds > 0) sorted.postpone.push({ claim, delaySeconds: delivery.waitSeconds });
    else sorted.send.push({ claim, delivery, webhook });
  }
  return sorted;
}
