import { randomUUID } from 'node:crypto';
import { inTransaction } from '../database/transaction.ts';
import type { Admitted } from './admission.ts';
import type { Attempted } from './deliver.ts';
import { findPayload } from './delivery-store.ts';
import type { Execution, ExecutorParts } from './executor.ts';
import { replaceMark } from './mark.ts';
import { buildRequest } from './request.ts';
import { judge } from './verdict.ts';

const MESSAGE = 'the worker that was sending this vanished before it could record the outcome';

/**
 * Records an isolated send whose worker vanished as the failed attempt that it was. Its mark is replaced first: its worker may live
 * after all and take the mark back until then, and not any more after it. Never rejects.
 */
export async function recordVanished({ pool, log, record }: ExecutorParts, admitted: Admitted): Promise<Execution> {
  const { lease, delivery, webhook } = admitted;
  try {
    const payload = delivery.payload ?? (await findPayload(pool, delivery.id));
    if (payload === undefined) return { kind: 'gone' };
    const { id, isolated_by: mark } = delivery;
    const replaced = mark !== null && (await inTransaction(pool, (tx) => replaceMark(tx, id, { mark, next: randomUUID() })));
    if (!replaced) return { kind: 'aborted' };
    const attempt = delivery.delivery_attempts + 1;
    const exchange = { kind: 'failure', reason: 'crashed', message: MESSAGE, durationMs: 0 } as const;
    const attempted: Attempted = {
      kind: 'attempted',
      claim: lease.claim,
      delivery: { ...delivery, payload },
      webhook,
      attempt,
      request: buildRequest(webhook, payload),
      exchange,
      verdict: judge(webhook, attempt, exchange),
    };
    await record(attempted);
    return attempted;
  } catch (error) {
    log.error('delivery.not_recorded', { deliveryId: delivery.id, error });
    return { kind: 'not_recorded' };
  }
}
