import { countErasure, createErasure } from '../../operations/erasure.ts';
import { metadataFault } from '../../webhooks/metadata.ts';
import type { FewAtOnce } from '../few-at-once.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { BadRequest } from '../problem.ts';

export function erasureHandlers(
  { pool }: ApiParts,
  counting: FewAtOnce,
): Pick<Operations, 'eraseDeliveries'> {
  return {
    async eraseDeliveries({ body }) {
      const { metadata } = body;
      const fault = metadataFault(metadata);
      if (fault !== undefined) throw new BadRequest('invalid', fault);
      if (body.dry_run)
        return { status: 200, body: await counting.run(() => countErasure(pool, metadata)) };
      const operation = await createErasure(pool, metadata);
      const headers = { Location: `/v1/operations/${operation.id}` };
      return { status: 202, body: operation, headers };
    },
  };
}
