import { inTransaction } from '../../database/transaction.ts';
import { listBlockedKeys, skipBlocked } from '../../deliveries/order/blocked.ts';
import { WebhookNotFound } from '../../webhooks/webhook.ts';
import { hasWebhook } from '../../webhooks/webhook-store.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { pageOf } from '../page.ts';

export function orderingKeyHandlers({
  pool,
  queue,
}: ApiParts): Pick<Operations, 'listOrderingKeys' | 'skipOrderingKey'> {
  return {
    async listOrderingKeys({ params, query }) {
      const { limit, offset } = pageOf(query);
      if (!(await hasWebhook(pool, params.webhook_id))) throw new WebhookNotFound();
      const ordering_keys = await listBlockedKeys(pool, params.webhook_id, { limit, offset });
      return { status: 200, body: { ordering_keys, limit, offset } };
    },
    async skipOrderingKey({ params: { webhook_id: webhookId, ordering_key: key } }) {
      await inTransaction(pool, async (tx) => {
        if (!(await hasWebhook(tx, webhookId))) throw new WebhookNotFound();
        await skipBlocked(tx, queue, { webhookId, key });
      });
      return { status: 204 };
    },
  };
}
