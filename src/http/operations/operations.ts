import { cancelOperation } from '../../operations/end-operation.ts';
import { findOperation, listOperations } from '../../operations/operation-store.ts';
import type { Log } from '../../telemetry/log.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { pageOf, shownPage } from '../page.ts';

type OperationOperations = Pick<Operations, 'listOperations' | 'getOperation' | 'cancelOperation'>;

/** Of long work, which the API calls operations too. */
export function longWorkHandlers({ pool, alarms }: ApiParts, log: Log): OperationOperations {
  return {
    async listOperations({ query }) {
      const filters = { kind: query.kind, state: query.state };
      const list = { operation: 'listOperations', order: 'date-time', filters } as const;
      const page = pageOf(query, list);
      const { items: operations, last } = await listOperations(pool, filters, page);
      return { status: 200, body: { operations, ...shownPage(list, page, last) } };
    },
    async getOperation({ params }) {
      return { status: 200, body: await findOperation(pool, params.operation_id) };
    },
    async cancelOperation({ params }) {
      const operation = await cancelOperation({ pool, alarms }, params.operation_id);
      const { id, kind, state, done, skipped } = operation;
      log.info('operation.ended', { operation_id: id, kind, state, done, skipped });
      return { status: 200, body: operation };
    },
  };
}
