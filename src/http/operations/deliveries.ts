import { inTransaction } from '../../database/transaction.ts';
import { deleteDelivery, findDelivery, listDeliveries } from '../../deliveries/delivery-store.ts';
import { DeliveryNotFound } from '../../deliveries/delivery.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { pageOf } from '../page.ts';

type DeliveryOperations = Pick<
  Operations,
  'listDeliveries' | 'createDelivery' | 'getDelivery' | 'deleteDelivery'
>;

export function deliveryHandlers({ pool, accept }: ApiParts): DeliveryOperations {
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
      return {
        status: 201,
        body: await accept({ webhookId: body.webhook_id, payload: body.payload ?? '' }),
      };
    },
    async getDelivery({ params }) {
      const delivery = await findDelivery(pool, params.delivery_id);
      if (delivery === undefined) throw new DeliveryNotFound();
      return { status: 200, body: delivery };
    },
    async deleteDelivery({ params }) {
      await inTransaction(pool, (tx) => deleteDelivery(tx, params.delivery_id));
      return { status: 204 };
    },
  };
}
