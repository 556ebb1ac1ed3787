import type { Schemas } from '../../client/api.ts';

/** What deliveries are looked for by. A member that is undefined says nothing. */
export type DeliveryFilter = {
  webhook_id?: string | undefined;
  event_id?: string | undefined;
  status?: string | undefined;
  held_reason?: string | undefined;
  failed_reason?: string | undefined;
  ordering_key?: string | undefined;
  'created_at.gte'?: string | undefined;
  'created_at.lt'?: string | undefined;
  metadata: Record<string, string>;
};

const TEXTS = [
  'webhook_id',
  'event_id',
  'status',
  'held_reason',
  'failed_reason',
  'ordering_key',
  'created_at.gte',
  'created_at.lt',
] as const;

const METADATA = /^metadata\.(.+)$/s;

/** The filter of an address, which names it as the API does, so that it can be passed on. */
export function filterOf(query: URLSearchParams): DeliveryFilter {
  const filter: DeliveryFilter = { metadata: metadataOf(query) };
  for (const name of TEXTS) {
    const value = query.get(name)?.trim();
    if (value !== undefined && value !== '') filter[name] = value;
  }
  return filter;
}

/** The pairs of `metadata.customer=42` and the like. */
export const metadataOf = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...query].flatMap(([name, value]) => {
      const [, pair] = METADATA.exec(name) ?? [];
      return pair === undefined ? [] : [[pair, value]];
    }),
  );

type Filter = { metadata: Record<string, string> } & Record<string, unknown>;

/** A filter as parameters of an address. */
export function addressOf({ metadata, ...texts }: Filter): Record<string, string> {
  const given = Object.entries(texts).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const pairs = Object.entries(metadata).map(([name, value]) => [`metadata.${name}`, value]);
  return Object.fromEntries([...given, ...pairs]);
}

/** The filter as the API takes it. What is wrong with it, the API says. */
export const asked = ({ metadata, ...texts }: DeliveryFilter) => ({
  ...(texts as { status?: Schemas['DeliveryStatus'] }),
  ...metadataAsked(metadata),
});

/** Metadata as a parameter of the API. */
export const metadataAsked = (metadata: Record<string, string>) =>
  Object.keys(metadata).length === 0 ? {} : { metadata };

/** Whether it says anything. */
export const saysNothing = (filter: DeliveryFilter): boolean =>
  Object.keys(addressOf(filter)).length === 0;
