import { findAttempt, listAttempts } from '../../attempts/attempt-store.ts';
import { AttemptNotFound } from '../../attempts/attempt.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { pageOf } from '../page.ts';

export function attemptHandlers({
  pool,
}: ApiParts): Pick<Operations, 'listDeliveryAttempts' | 'getDeliveryAttempt'> {
  return {
    async listDeliveryAttempts({ query }) {
      const page = pageOf(query);
      const filter = {
        webhookId: query.webhook_id,
        deliveryId: query.delivery_id,
        success: query.success,
      };
      const delivery_attempts = await listAttempts(pool, filter, page);
      return { status: 200, body: { delivery_attempts, limit: page.limit, offset: page.offset } };
    },
    async getDeliveryAttempt({ params }) {
      const attempt = await findAttempt(pool, params.delivery_attempt_id);
      if (attempt === undefined) throw new AttemptNotFound();
      return { status: 200, body: attempt };
    },
  };
}
