import { randomUUID } from 'node:crypto';
import { inTransaction } from '../database/transaction.ts';
import type { Admitted } from './admission.ts';
import type { Assignment, Attempted, Unsent } from '../attempts/deliver.ts';
import { assignmentOf, recorded, type Execution, type ExecutorParts } from './executor.ts';
import { replaceMark } from '../attempts/mark.ts';
import { buildRequest } from '../sending/request.ts';
import { judge } from '../attempts/verdict.ts';

const MESSAGE = 'the worker that was sending this vanished before it could record the outcome';

/**
 * Records an isolated send whose worker vanished as the failed attempt that it was. Its mark is
 * replaced first: its worker may live after all and take the mark back until then, and not any more
 * after it. Never rejects.
 */
export async function recordVanished(parts: ExecutorParts, admitted: Admitted): Promise<Execution> {
  const assignment = await assignmentOf(parts, admitted);
  if ('kind' in assignment) return assignment;
  return recorded(parts, admitted, () => vanished(parts, assignment));
}

async function vanished(
  { pool }: ExecutorParts,
  assignment: Assignment,
): Promise<Attempted | Unsent> {
  const { delivery, webhook } = assignment;
  const { id, isolated_by: mark } = delivery;
  const replaced =
    mark !== null &&
    (await inTransaction(pool, (tx) => replaceMark(tx, id, { mark, next: randomUUID() })));
  if (!replaced) return { kind: 'aborted' };
  const attempt = delivery.delivery_attempts + 1;
  const exchange = { kind: 'failure', reason: 'crashed', message: MESSAGE, durationMs: 0 } as const;
  const request = buildRequest(webhook, delivery.payload);
  return {
    ...assignment,
    kind: 'attempted',
    attempt,
    request,
    exchange,
    verdict: judge(webhook, attempt, exchange),
  };
}
