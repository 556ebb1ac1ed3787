import { inTransaction } from '../../database/transaction.ts';
import { listDeliveries } from '../../deliveries/delivery-list.ts';
import { deleteDeliveries, findDelivery } from '../../deliveries/delivery-store.ts';
import { DeliveryNotFound } from '../../deliveries/delivery.ts';
import { IdempotencyRefusal } from '../../deliveries/idempotency/refusal.ts';
import { goOn } from '../../deliveries/order/promote.ts';
import { placeTooFarAhead } from '../../deliveries/accepting/schedule.ts';
import { WebhookNotFound } from '../../webhooks/webhook.ts';
import { accepting } from '../accepting.ts';
import { filtersOf } from '../delivery-filters.ts';
import { draftOf, TOO_FAR_AHEAD } from '../draft.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { REPLAYED, requestOf } from '../idempotency-key.ts';
import { pageOf, shownPage } from '../page.ts';
import { BadRequest } from '../problem.ts';

type DeliveryOperations = Pick<
  Operations,
  'listDeliveries' | 'createDelivery' | 'getDelivery' | 'deleteDelivery'
>;

export function deliveryHandlers({ pool, queue, acceptor, tracing }: ApiParts): DeliveryOperations {
  return {
    async listDeliveries({ query }) {
      const filters = filtersOf(query);
      const list = { operation: 'listDeliveries', order: 'date-time', filters } as const;
      const page = pageOf(query, list);
      const { items: deliveries, last } = await listDeliveries(pool, filters, page);
      return { status: 200, body: { deliveries, ...shownPage(list, page, last) } };
    },
    async createDelivery({ body, rawHeaders, traceContext }) {
      const draft = { ...draftOf(body), traceContext };
      if ((await placeTooFarAhead(pool, [draft.sendAt], Date.now())) !== undefined)
        throw new BadRequest('invalid', TOO_FAR_AHEAD);
      const request = requestOf(rawHeaders, 'createDelivery', [draft]);
      const accept = () => acceptor.accept([draft], request);
      const [accepted] = await accepting(tracing, [draft], accept);
      if (accepted.kind === 'webhook_missing') throw new WebhookNotFound();
      if (accepted.kind === 'gone') throw new IdempotencyRefusal('delivery_gone');
      const { kind, delivery } = accepted;
      return { status: 201, body: delivery, ...(kind === 'replayed' ? { headers: REPLAYED } : {}) };
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
