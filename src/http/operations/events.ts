import { placeTooFarAhead } from '../../deliveries/accepting/schedule.ts';
import { listEvents } from '../../events/event-list.ts';
import { findEvent } from '../../events/event-store.ts';
import { EventNotFound, EventOfBatchRefused, type EventDraft } from '../../events/event.ts';
import { accepting } from '../accepting.ts';
import { TOO_FAR_AHEAD, termsOf } from '../draft.ts';
import type { ApiParts, OperationRequest, Operations } from '../handler.ts';
import { REPLAYED, requestOf } from '../idempotency-key.ts';
import { isLonger, payloadText } from '../payload-text.ts';
import { pageOf, shownPage } from '../page.ts';
import { BadRequest } from '../problem.ts';

type EventOperations = Pick<Operations, 'listEvents' | 'createEvent' | 'createEvents' | 'getEvent'>;

export function eventHandlers(parts: ApiParts): EventOperations {
  const { pool, eventAcceptor, tracing } = parts;
  return {
    async listEvents({ query }) {
      const filters = { type: query.type, metadata: query.metadata };
      const list = { operation: 'listEvents', order: 'date-time', filters } as const;
      const page = pageOf(query, list);
      const { items: events, last } = await listEvents(pool, filters, page);
      return { status: 200, body: { events, ...shownPage(list, page, last) } };
    },
    async createEvent({ body, rawHeaders, traceContext }) {
      const draft = { ...eventDraftOf(body, parts.maxPayloadBytes), traceContext };
      if ((await placeTooFarAhead(pool, [draft.sendAt], Date.now())) !== undefined)
        throw new BadRequest('invalid', TOO_FAR_AHEAD);
      const request = requestOf(rawHeaders, 'createEvent', [draft]);
      const accept = () => eventAcceptor.accept(draft, request);
      const { event, replayed } = await accepting(tracing, [draft], accept);
      return { status: 201, body: event, ...(replayed ? { headers: REPLAYED } : {}) };
    },
    async createEvents({ body, rawHeaders, traceContext }) {
      const drafts = body.events.map((input, index) =>
        inBatch(index, () => ({ ...eventDraftOf(input, parts.maxPayloadBytes), traceContext })),
      );
      const times = drafts.map(({ sendAt }) => sendAt);
      const tooFar = await placeTooFarAhead(pool, times, Date.now());
      if (tooFar !== undefined)
        throw new EventOfBatchRefused(tooFar, new BadRequest('invalid', TOO_FAR_AHEAD));
      const request = requestOf(rawHeaders, 'createEvents', drafts);
      const accept = () => eventAcceptor.acceptBatch(drafts, request);
      const { ids, replayed } = await accepting(tracing, drafts, accept);
      return { status: 201, body: { ids }, ...(replayed ? { headers: REPLAYED } : {}) };
    },
    async getEvent({ params }) {
      const event = await findEvent(pool, params.event_id);
      if (event === undefined) throw new EventNotFound();
      return { status: 200, body: event };
    },
  };
}

type EventInput = OperationRequest<'createEvent'>['body'];

/** @throws BadRequest for what JSON Schema cannot say */
export function eventDraftOf(input: EventInput, maxPayloadBytes: number): EventDraft {
  const payload = payloadText(input.payload);
  if (isLonger(payload, maxPayloadBytes))
    throw new BadRequest('too_large', `payload: may have at most ${maxPayloadBytes} bytes`);
  return { type: input.type, payload, ...termsOf(input) };
}

function inBatch<Result>(index: number, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new EventOfBatchRefused(index, cause);
  }
}
