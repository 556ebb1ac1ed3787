import { inTransaction } from '../../database/transaction.ts';
import { listBlockedKeys, skipBlocked } from '../../deliveries/order/blocked.ts';
import { WebhookNotFound } from '../../webhooks/webhook.ts';
import { hasWebhook } from '../../webhooks/webhook-store.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { pageOf, shownPage } from '../page.ts';

export function orderingKeyHandlers({
  pool,
  queue,
}: ApiParts): Pick<Operations, 'listOrderingKeys' | 'skipOrderingKey'> {
  return {
    async listOrderingKeys({ params, query }) {
      const webhookId = params.webhook_id.toLowerCase();
      const filters = { webhookId, state: query.state };
      const list = { operation: 'listOrderingKeys', order: 'text', filters } as const;
      const page = pageOf(query, list);
      if (!(await hasWebhook(pool, webhookId))) throw new WebhookNotFound();
      const { items: ordering_keys, last } = await listBlockedKeys(pool, webhookId, page);
      return { status: 200, body: { ordering_keys, ...shownPage(list, page, last) } };
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
