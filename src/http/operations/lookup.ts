import { hasAttempt } from '../../attempts/attempt-store.ts';
import type { Queryable } from '../../database/pool.ts';
import { hasAny } from '../../deliveries/delivery-store.ts';
import { hasAnyEvent } from '../../events/event-store.ts';
import { hasOperation } from '../../operations/operation-store.ts';
import { hasWebhook } from '../../webhooks/webhook-store.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { BadRequest } from '../problem.ts';

/** What an id may belong to, and who knows: what people look for most comes first. */
const KINDS = [
  ['delivery', (db: Queryable, id: string) => hasAny(db, [id])],
  ['webhook', hasWebhook],
  ['event', (db: Queryable, id: string) => hasAnyEvent(db, [id])],
  ['attempt', hasAttempt],
  ['operation', hasOperation],
] as const;

export function lookupHandlers({ pool }: ApiParts): Pick<Operations, 'lookUp'> {
  return {
    async lookUp({ params }) {
      const id = params.id.toLowerCase();
      for (const [kind, has] of KINDS)
        if (await has(pool, id)) return { status: 200, body: { kind, id } };
      throw new BadRequest('id_not_found', '');
    },
  };
}
