import { whatIsWrong } from '../attention/attention.ts';
import type { ApiParts, Operations } from '../handler.ts';

const DEFAULT_LIMIT = 50;

export function attentionHandlers({ pool }: ApiParts): Pick<Operations, 'getAttention'> {
  return {
    async getAttention({ query }) {
      return { status: 200, body: await whatIsWrong(pool, query.limit ?? DEFAULT_LIMIT) };
    },
  };
}
