import { inTransaction } from '../../database/transaction.ts';
import { deleteDeliveries, findDelivery, listDeliveries } from '../../deliveries/delivery-store.ts';
import { DeliveryNotFound } from '../../deliveries/delivery.ts';
import { goOn } from '../../deliveries/order/promote.ts';
import { WebhookNotFound } from '../../webhooks/webhook.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { pageOf } from '../page.ts';
import { BadRequest } from '../problem.ts';
import { utcTime } from '../time.ts';

type DeliveryOperations = Pick<
  Operations,
  'listDeliveries' | 'createDelivery' | 'getDelivery' | 'deleteDelivery'
>;

export function deliveryHandlers({ pool, queue, acceptor }: ApiParts): DeliveryOperations {
  return {
    async listDeliveries({ query }) {
      const page = pageOf(query);
      const deliveries = await listDeliveries(
        pool,
        { webhookId: query.webhook_id, status: query.status },
        page,
      );
      return { status: 200, body: { deliveries, limit: page.limit, offset: page.offset } };
    },
    async createDelivery({ body }) {
      const draft = {
        webhookId: body.webhook_id,
        payload: body.payload ?? '',
        orderingKey: body.ordering_key ?? undefined,
        expiresAt: expiryIn(body.expires_at),
      };
      const [accepted] = await acceptor.accept([draft]);
      if (accepted.kind === 'webhook_missing') throw new WebhookNotFound();
      return { status: 201, body: accepted.delivery };
    },
    async getDelivery({ params }) {
      const delivery = await findDelivery(pool, params.delivery_id);
      if (delivery === undefined) throw new DeliveryNotFound();
      return { status: 200, body: delivery };
    },
    async deleteDelivery({ params }) {
      await inTransaction(pool, async (tx) =>
        goOn(tx, queue, await deleteDeliveries(tx, [params.delivery_id])),
      );
      return { status: 204 };
    },
  };
}

/**
 * A delivery must not be attempted after its time, so a time that is finer than the database's is
 * rounded down. @throws BadRequest where no answer could show it
 */
function expiryIn(time: string | null | undefined): string | undefined {
  if (time === undefined || time === null) return undefined;
  const utc = utcTime(time, 'down');
  if (utc.endsWith('infinity'))
    throw new BadRequest('invalid', 'expires_at: must be in the years 1 to 9999 of UTC');
  return utc;
}
