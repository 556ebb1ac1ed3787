import type { Draft } from '../../deliveries/accepting/accept.ts';
import { IdempotencyRefusal } from '../../deliveries/idempotency/refusal.ts';
import { placeTooFarAhead } from '../../deliveries/accepting/schedule.ts';
import { accepting } from '../accepting.ts';
import { draftOf, TOO_FAR_AHEAD } from '../draft.ts';
import type { ApiParts, OperationRequest, Operations } from '../handler.ts';
import { REPLAYED, requestOf } from '../idempotency-key.ts';
import { isLonger } from '../payload-text.ts';
import { BadRequest } from '../problem.ts';

type BatchBody = OperationRequest<'createDeliveries'>['body'];

export function batchHandlers(parts: ApiParts): Pick<Operations, 'createDeliveries'> {
  return {
    async createDeliveries({ body, rawHeaders, traceContext }) {
      const drafts = draftsOf(body, parts.maxPayloadBytes).map((draft) => ({
        ...draft,
        traceContext,
      }));
      const times = drafts.map(({ sendAt }) => sendAt);
      const tooFar = await placeTooFarAhead(parts.pool, times, Date.now());
      if (tooFar !== undefined) throw refusal('invalid', tooFar, TOO_FAR_AHEAD);
      const request = requestOf(rawHeaders, 'createDeliveries', drafts);
      const accept = () => parts.batchAcceptor.accept(drafts, request);
      const accepted = await accepting(parts.tracing, drafts, accept);
      if (accepted.kind === 'webhook_missing')
        throw refusal('webhook_not_found', accepted.index, 'webhook_id: no webhook has this id');
      if (accepted.kind === 'gone') throw new IdempotencyRefusal('delivery_gone');
      const { kind, ids } = accepted;
      return { status: 201, body: { ids }, ...(kind === 'replayed' ? { headers: REPLAYED } : {}) };
    },
  };
}

/** @throws BadRequest that names the first delivery at fault */
function draftsOf({ deliveries }: BatchBody, maxPayloadBytes: number): Draft[] {
  return deliveries.map((input, index) => {
    if (isLonger(input.payload ?? '', maxPayloadBytes))
      throw refusal('too_large', index, `payload: may have at most ${maxPayloadBytes} bytes`);
    try {
      return draftOf(input);
    } catch (error) {
      throw error instanceof BadRequest ? refusal(error.kind, index, error.message) : error;
    }
  });
}

function refusal(kind: BadRequest['kind'], index: number, details: string): BadRequest {
  return new BadRequest(kind, `deliveries[${index}].${details}`);
}
