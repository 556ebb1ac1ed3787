import type { ApiClient, Schemas } from '../../client/api.ts';
import { ApiProblem } from '../../client/problem.ts';
import { CommandError } from '../../process/command-error.ts';

/** The webhook of an id. @throws CommandError where there is none */
export function existingWebhook(
  client: ApiClient,
  webhook_id: string,
  signal: AbortSignal,
): Promise<Schemas['Webhook']> {
  return named(
    `webhook ${webhook_id}`,
    client.get('/webhooks/{webhook_id}', { path: { webhook_id }, signal }),
  );
}

/** The delivery of an id. @throws CommandError where there is none */
export function existingDelivery(
  client: ApiClient,
  delivery_id: string,
  signal: AbortSignal,
): Promise<Schemas['Delivery']> {
  return named(
    `delivery ${delivery_id}`,
    client.get('/deliveries/{delivery_id}', { path: { delivery_id }, signal }),
  );
}

async function named<Value>(what: string, finding: Promise<Value>): Promise<Value> {
  try {
    return await finding;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404 && error.code !== 0)
      throw new CommandError(`There is no ${what}.`);
    throw error;
  }
}
