import type { RedeliveryFilter } from '../../operations/redelivery-filter.ts';
import { countRedelivery, createRedelivery } from '../../operations/redelivery.ts';
import type { FewAtOnce } from '../few-at-once.ts';
import type { ApiParts, OperationRequest, Operations } from '../handler.ts';
import { utcTime } from '../time.ts';

const DEFAULT_RATE = 50;

export function redeliveryHandlers(
  { pool }: ApiParts,
  counting: FewAtOnce,
): Pick<Operations, 'redeliverDeliveries'> {
  return {
    async redeliverDeliveries({ body }) {
      const filter = filterOf(body.filter);
      if (body.dry_run)
        return { status: 200, body: await counting.run(() => countRedelivery(pool, filter)) };
      const rate = body.rate_per_second ?? DEFAULT_RATE;
      const operation = await createRedelivery(pool, filter, rate);
      const headers = { Location: `/v1/operations/${operation.id}` };
      return { status: 202, body: operation, headers };
    },
  };
}

type GivenFilter = OperationRequest<'redeliverDeliveries'>['body']['filter'];

/** Ids as the database has them, each once, and times that it can read. */
function filterOf(given: GivenFilter): RedeliveryFilter {
  const { webhook_id, event_id, ids, 'created_at.gte': gte, 'created_at.lt': lt, ...rest } = given;
  return {
    ...rest,
    ...(webhook_id === undefined ? {} : { webhook_id: webhook_id.toLowerCase() }),
    ...(event_id === undefined ? {} : { event_id: event_id.toLowerCase() }),
    ...(gte === undefined ? {} : { 'created_at.gte': utcTime(gte, 'up') }),
    ...(lt === undefined ? {} : { 'created_at.lt': utcTime(lt, 'up') }),
    ...(ids === undefined ? {} : { ids: [...new Set(ids.map((id) => id.toLowerCase()))] }),
  };
}
