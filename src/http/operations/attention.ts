import { whatIsWrong } from '../attention/attention.ts';
import type { FewAtOnce } from '../few-at-once.ts';
import type { ApiParts, Operations } from '../handler.ts';

const DEFAULT_LIMIT = 50;

/** `looking`: each open dashboard asks every few seconds, and this must not hold up the others. */
export function attentionHandlers(
  { pool }: ApiParts,
  looking: FewAtOnce,
): Pick<Operations, 'getAttention'> {
  return {
    async getAttention({ query: { limit = DEFAULT_LIMIT } }) {
      return { status: 200, body: await looking.run(() => whatIsWrong(pool, limit)) };
    },
  };
}
