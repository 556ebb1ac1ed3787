import { findAttemptOf } from '../../attempts/attempt-store.ts';
import type { Pool } from '../../database/pool.ts';
import { findDelivery } from '../../deliveries/delivery-store.ts';
import { DeliveryNotFound } from '../../deliveries/delivery.ts';
import { acceptTest, TEST_PAYLOAD } from '../../deliveries/test-delivery.ts';
import { accepting } from '../accepting.ts';
import type { ApiParts, Operations } from '../handler.ts';
import type { components } from '../openapi.d.ts';

type WebhookTest = components['schemas']['WebhookTest'];

export function testHandlers(parts: ApiParts): Pick<Operations, 'testWebhook'> {
  const { pool, testCalls } = parts;
  return {
    testWebhook({ params: { webhook_id: webhookId }, body, traceContext, isGone }) {
      return testCalls.run(async () => {
        const payload = body?.payload ?? TEST_PAYLOAD;
        const draft = { webhookId, payload, traceContext };
        const accept = () => acceptTest(parts, draft);
        const { delivery, timeoutSeconds } = await accepting(parts.tracing, [draft], accept);
        const { id: deliveryId } = delivery;
        // Stored is accepted: whatever keeps us from seeing its end, the client learns its id.
        const waiting = testCalls.wait({ deliveryId, timeoutSeconds, isGone });
        if (!(await waiting.catch(() => false)))
          return { status: 202, body: { delivery, attempt: null } };
        return { status: 200, body: await outcomeOf(pool, deliveryId) };
      });
    },
  };
}

/** @throws DeliveryNotFound where somebody has deleted it, or its webhook, meanwhile */
async function outcomeOf(pool: Pool, id: string): Promise<WebhookTest> {
  const [delivery, attempt] = await Promise.all([findDelivery(pool, id), findAttemptOf(pool, id)]);
  if (delivery === undefined) throw new DeliveryNotFound();
  return { delivery, attempt: attempt ?? null };
}
