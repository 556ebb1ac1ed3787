import type { ApiClient, Schemas } from '../../client/api.ts';
import { ApiProblem } from '../../client/problem.ts';
import { patched, patchFrom } from './merge-patch.ts';
import type { Field } from './schema.ts';

export type Values = Record<string, unknown>;

/** What a form began with. Without an id the webhook is still to be made. */
export type Start = { id: string | undefined; values: Values; etag: string | undefined };

/** A webhook that is still to be made. What is not named has the default of the API. */
const NEW: Values = {
  name: '',
  url: '',
  active: true,
  content_type: 'application/json',
  valid_status_codes: Array.from({ length: 100 }, (_, i) => 200 + i),
  max_delivery_attempts: 12,
  delivery_attempt_timeout: 10,
  retry_min_backoff: 10,
  retry_max_backoff: 3600,
};

/** What a form begins with: the settings of a webhook as they are now, or those of a new one. */
export async function startOf(
  api: ApiClient,
  id: string | undefined,
  fields: Field[],
): Promise<Start> {
  if (id === undefined) return { id, values: NEW, etag: undefined };
  const path = { webhook_id: id };
  const { value, etag } = await api.getTagged('/webhooks/{webhook_id}', { path });
  const shown: Values = value;
  // Null is what is not set, and so is an empty object of pairs.
  const values = fields.map(({ name }) => [name, shown[name] ?? undefined] as const);
  return { id, values: Object.fromEntries(values), etag };
}

/**
 * Makes the webhook, or changes what the reader has changed of it, unless somebody else has changed
 * it meanwhile. @throws ApiProblem, Unreachable
 */
export async function save(
  api: ApiClient,
  { id, values, etag }: Start,
  draft: Values,
): Promise<Schemas['Webhook']> {
  if (id === undefined)
    return api.post('/webhooks', { body: withoutEmpty(draft) as Schemas['WebhookInput'] });
  return api.patch('/webhooks/{webhook_id}', {
    path: { webhook_id: id },
    header: etag === undefined ? {} : { 'If-Match': etag },
    body: patchFrom(values, draft),
  });
}

const withoutEmpty = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** What the reader has changed, on top of what somebody else has changed meanwhile. */
export const rebased = (before: Start, draft: Values, now: Start): Values =>
  patched(now.values, patchFrom(before.values, draft));

/** Which settings differ between two readings. */
export const changedNames = (before: Values, now: Values): string[] =>
  Object.keys(patchFrom(withoutEmpty(before), withoutEmpty(now)));

/** The field at fault, and what is wrong with it, where the API says so. */
export function faultOf(error: unknown): { path: string; text: string } | undefined {
  if (!(error instanceof ApiProblem) || error.details === undefined) return undefined;
  const [, path, text] = /^([^\s:]+): (.*)$/s.exec(error.details) ?? [];
  return path === undefined || text === undefined ? undefined : { path, text };
}

/** A webhook was changed while it was changed. */
export const isOutdated = (error: unknown): boolean =>
  error instanceof ApiProblem && error.status === 412;
