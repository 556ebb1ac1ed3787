import { inTransaction } from '../../database/transaction.ts';
import { redeliver } from '../../deliveries/redelivering/redeliver.ts';
import type { Log } from '../../telemetry/log.ts';
import { traceField } from '../../telemetry/trace-context.ts';
import type { ApiParts, Operations } from '../handler.ts';

export function redeliverHandlers(
  { pool, queue, metrics }: ApiParts,
  log: Log,
): Pick<Operations, 'redeliverDelivery'> {
  return {
    async redeliverDelivery({ params: { delivery_id: id } }) {
      const delivery = await inTransaction(pool, (tx) => redeliver(tx, queue, id));
      // After the commit: only then has it happened.
      metrics.redeliveries.inc();
      log.info('delivery.redelivered', {
        webhook_id: delivery.webhook_id,
        delivery_id: id,
        ...traceField(delivery.traceparent),
      });
      return { status: 200, body: delivery };
    },
  };
}
