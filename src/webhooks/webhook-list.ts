import { withNames } from '../database/named-parameters.ts';
import { listingOf, onPage, pageValues, type Listing, type Page } from '../database/page.ts';
import { shownStateSql, type CountedState } from './health/shown-state.ts';
import type { Metadata } from './metadata.ts';
import { openedWebhook, type VaultDb } from './secrets/row-secrets.ts';
import { patternsOf } from './subscription/pattern.ts';
import { STORED, type StoredWebhook } from './webhook-store.ts';
import type { Webhook } from './webhook.ts';

/** All that are given must hold. */
export type WebhookFilter = {
  active?: boolean | undefined;
  /** An inactive webhook has no other state. */
  state?: CountedState | undefined;
  /** A part of its name, in capital or small letters. */
  name?: string | undefined;
  /** It subscribes to events of this type; what its `filter` says is not asked. */
  eventType?: string | undefined;
  /** All of these pairs must be there. */
  metadata?: Metadata | undefined;
};

/**
 * By name. State, name and type have no index: where few webhooks have them, all are read, 10,000
 * in 10 ms. @throws SecretsLocked where those of one of them cannot be read
 */
export async function listWebhooks(
  { db, vault }: VaultDb,
  filter: WebhookFilter,
  page: Page,
): Promise<Listing<Webhook>> {
  const { active, name, eventType, metadata } = filter;
  const { rows } = await db.query<StoredWebhook>(
    ...withNames(
      `select ${STORED}
       from webhooks
       where ${conditionsOf(filter)} ${onPage(page, 'name')}
       order by name, id
       limit $limit::bigint + 1 offset $offset`,
      {
        ...{ active, metadata, part: name, ...pageValues(page) },
        patterns: eventType === undefined ? undefined : patternsOf(eventType),
      },
    ),
  );
  const { items, last } = listingOf(rows, page, ({ name: at, id }) => ({ at, id }));
  return { items: items.map((row) => openedWebhook(vault, row)), last };
}

function conditionsOf({ active, state, name, eventType, metadata }: WebhookFilter): string {
  return [
    'deleted_at is null',
    ...(active === undefined ? [] : ['active = $active::boolean']),
    ...(state === undefined ? [] : [inState(state)]),
    ...(name === undefined ? [] : ['position(lower($part::text) in lower(name)) > 0']),
    ...(eventType === undefined ? [] : ['event_types && $patterns::text[]']),
    ...(metadata === undefined ? [] : ['metadata @> $metadata::jsonb']),
  ].join(' and ');
}

/** That the API shows this state. A webhook whose state was never noted is healthy. */
function inState(state: CountedState): string {
  const shown = shownStateSql('s');
  switch (state) {
    case 'inactive':
      return 'not active';
    case 'healthy':
      return `active and id not in (
        select webhook_id from webhook_states s where ${shown} <> 'healthy')`;
    case 'failing':
    case 'recovering':
    case 'paused':
      return `active and id in (
        select webhook_id from webhook_states s where ${shown} = '${state}')`;
  }
}
