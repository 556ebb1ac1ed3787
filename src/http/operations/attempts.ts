import { findAttempt, listAttempts } from '../../attempts/attempt-store.ts';
import { AttemptNotFound } from '../../attempts/attempt.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { pageOf, shownPage } from '../page.ts';

export function attemptHandlers({
  pool,
}: ApiParts): Pick<Operations, 'listDeliveryAttempts' | 'getDeliveryAttempt'> {
  return {
    async listDeliveryAttempts({ query }) {
      const filters = {
        webhookId: query.webhook_id?.toLowerCase(),
        deliveryId: query.delivery_id?.toLowerCase(),
        success: query.success,
      };
      const list = { operation: 'listDeliveryAttempts', order: 'date-time', filters } as const;
      const page = pageOf(query, list);
      const { items: delivery_attempts, last } = await listAttempts(pool, filters, page);
      return { status: 200, body: { delivery_attempts, ...shownPage(list, page, last) } };
    },
    async getDeliveryAttempt({ params }) {
      const attempt = await findAttempt(pool, params.delivery_attempt_id);
      if (attempt === undefined) throw new AttemptNotFound();
      return { status: 200, body: attempt };
    },
  };
}
