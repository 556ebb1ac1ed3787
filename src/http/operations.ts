import { FewAtOnce } from './few-at-once.ts';
import type { Log } from '../telemetry/log.ts';
import { attentionHandlers } from './operations/attention.ts';
import { attemptHandlers } from './operations/attempts.ts';
import { batchHandlers } from './operations/batches.ts';
import { countHandlers } from './operations/delivery-count.ts';
import { deliveryHandlers } from './operations/deliveries.ts';
import { eventHandlers } from './operations/events.ts';
import { eventTypeHandlers } from './operations/event-types.ts';
import { longWorkHandlers } from './operations/operations.ts';
import { orderingKeyHandlers } from './operations/ordering-keys.ts';
import type { ApiParts, Operations } from './handler.ts';
import { pauseHandlers } from './operations/pauses.ts';
import { previewHandlers } from './operations/preview.ts';
import { redeliverHandlers } from './operations/redeliver.ts';
import { erasureHandlers } from './operations/erasures.ts';
import { redeliveryHandlers } from './operations/redeliveries.ts';
import { testHandlers } from './operations/test-deliveries.ts';
import { lookupHandlers } from './operations/lookup.ts';
import { operationIds, type SpecDocument } from './spec.ts';
import { secretHandlers } from './operations/secrets.ts';
import { statsHandlers } from './operations/stats.ts';
import { webhookHandlers } from './operations/webhooks.ts';

export function createOperations(parts: ApiParts, log: Log): Operations {
  const counting = new FewAtOnce();
  const looking = new FewAtOnce();
  return {
    ...webhookHandlers(parts, log),
    ...pauseHandlers(parts, log),
    ...secretHandlers(parts, log),
    ...testHandlers(parts),
    ...previewHandlers(parts),
    ...deliveryHandlers(parts),
    ...countHandlers(parts, counting),
    ...redeliverHandlers(parts, log),
    ...batchHandlers(parts),
    ...eventHandlers(parts),
    ...attemptHandlers(parts),
    ...orderingKeyHandlers(parts),
    ...redeliveryHandlers(parts, counting),
    ...erasureHandlers(parts, counting),
    ...eventTypeHandlers(parts, log),
    ...longWorkHandlers(parts, log),
    ...statsHandlers(parts),
    ...attentionHandlers(parts, looking),
    ...lookupHandlers(parts),
  };
}

/**
 * @throws when openapi.yaml and the handlers do not have the same operations: the process does not
 * start then, instead of failing on the first call.
 */
export function checkOperations(operations: Operations, document: SpecDocument): void {
  const documented = operationIds(document);
  const handled = Object.keys(operations);
  const missing = documented.filter((id) => !handled.includes(id));
  const extra = handled.filter((id) => !documented.includes(id));
  if (missing.length + extra.length === 0) return;
  throw new Error(
    `openapi.yaml and the handlers differ. Without a handler: ${missing.join(', ') || 'none'}; ` +
      `without an operation: ${extra.join(', ') || 'none'}.`,
  );
}
