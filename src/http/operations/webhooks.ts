import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../database/transaction.ts';
import { deleteWebhook } from '../../deliveries/delete-webhook.ts';
import { withHealth, withoutTrouble, type ShownWebhook } from '../../deliveries/webhook-health.ts';
import type { Log } from '../../telemetry/log.ts';
import {
  settingsAfter,
  settingsOf,
  WebhookNotFound,
  type GivenSettings,
  type Webhook,
  type WebhookSettings,
} from '../../webhooks/webhook.ts';
import { beginsAnew, resetState } from '../../webhooks/health/reset-state.ts';
import { patchedSettings, patchFault } from '../../webhooks/patched-settings.ts';
import { withSigningPair } from '../../webhooks/signing-pair.ts';
import { withSecretToken } from '../../webhooks/request/signing/standard-key.ts';
import { noteChange } from '../../webhooks/note-change.ts';
import { settingsFault } from '../../webhooks/settings-fault.ts';
import { valueFault } from '../../webhooks/subscription/value-fault.ts';
import { whyRefused } from '../../webhooks/webhook-url.ts';
import {
  findWebhook,
  insertWebhook,
  lockWebhook,
  replaceWebhook,
} from '../../webhooks/webhook-store.ts';
import { listWebhooks, type WebhookFilter } from '../../webhooks/webhook-list.ts';
import { allowedVersions, entityTag, refuseOthers, type AllowedVersions } from '../entity-tag.ts';
import type { ApiParts, OperationRequest, Operations } from '../handler.ts';
import { pageOf, shownPage } from '../page.ts';
import { BadRequest } from '../problem.ts';

type WebhookOperations = Pick<
  Operations,
  | 'listWebhooks'
  | 'createWebhook'
  | 'getWebhook'
  | 'replaceWebhook'
  | 'patchWebhook'
  | 'deleteWebhook'
>;

export function webhookHandlers(parts: ApiParts, log: Log): WebhookOperations {
  const { pool, vault } = parts;
  const shown = async (webhook: Webhook) => {
    const [one] = await withHealth(pool, [webhook]);
    return tagged(found(one));
  };
  return {
    async listWebhooks({ query }) {
      const filters = filtersOf(query);
      const list = { operation: 'listWebhooks', order: 'text', filters } as const;
      const page = pageOf(query, list);
      const { items, last } = await listWebhooks({ db: pool, vault }, filters, page);
      const webhooks = await withHealth(pool, items);
      return { status: 200, body: { webhooks, ...shownPage(list, page, last) } };
    },
    async createWebhook({ body }) {
      return { status: 201, ...tagged(withoutTrouble(await create(parts, body))) };
    },
    async getWebhook({ params }) {
      const webhook = await findWebhook({ db: pool, vault }, params.webhook_id);
      return { status: 200, ...(await shown(found(webhook))) };
    },
    async replaceWebhook(request) {
      const after = await change(parts, askedOf(request), () => givenIn(request.body));
      return { status: 200, ...(await shown(after)) };
    },
    async patchWebhook(request) {
      const after = await change(parts, askedOf(request), (before) =>
        patched(found(before), request.body),
      );
      return { status: 200, ...(await shown(after)) };
    },
    async deleteWebhook(request) {
      const { id, allowed } = askedOf(request);
      const check = allowed && ((webhook: Webhook) => refuseOthers(allowed, webhook));
      await deleteWebhook({ pool, vault, log }, id, check);
      return { status: 204 };
    },
  };
}

async function create({ pool, vault }: ApiParts, body: Body): Promise<Webhook> {
  refuseUnsendable(body.url);
  const given = givenIn(withSecretToken(body));
  const settings = fitting(settingsOf(given));
  return inTransaction(pool, async (tx) =>
    withSigningPair({ tx, vault }, await insertWebhook({ tx, vault }, randomUUID(), settings)),
  );
}

function filtersOf({
  active,
  state,
  name,
  event_type: eventType,
  metadata,
}: OperationRequest<'listWebhooks'>['query']): WebhookFilter {
  return { active, state, name, eventType, metadata };
}

/** The body of an answer, and the tag that stands for it. */
function tagged(webhook: ShownWebhook): { body: ShownWebhook; headers: { ETag: string } } {
  return { body: webhook, headers: { ETag: entityTag(webhook) } };
}

/** A webhook, and the versions of it that the client means. */
type Asked = { id: string; allowed: AllowedVersions };

function askedOf({ params, headers }: Pick<Change, 'params' | 'headers'>): Asked {
  return { id: params.webhook_id, allowed: allowedVersions(headers['if-match']) };
}

type Change = OperationRequest<'replaceWebhook' | 'patchWebhook' | 'deleteWebhook'>;

/** The settings that a webhook is to have. */
type Given = (before: Webhook | undefined) => GivenSettings;

/**
 * Gives a webhook other settings, with all that follows from them. Between what is compared and
 * what is written nobody else changes it. @throws where it does not exist or is not one that is
 * allowed, and where the settings are refused.
 */
function change({ pool, vault, queue }: ApiParts, asked: Asked, given: Given): Promise<Webhook> {
  return inTransaction(pool, async (tx) => {
    const before = await lockWebhook({ tx, vault }, asked.id);
    if (before) refuseOthers(asked.allowed, before);
    const settings = fitting(settingsAfter(before ?? {}, given(before)), before);
    // What it has already may stay: its client may only want to deactivate it.
    if (settings.url !== before?.url) refuseUnsendable(settings.url);
    const changed = {
      before: found(before),
      after: found(await replaceWebhook({ tx, vault }, asked.id, settings)),
    };
    if (beginsAnew(changed.before, changed.after)) await resetState(tx, asked.id);
    await noteChange(tx, changed, queue);
    return withSigningPair({ tx, vault }, changed.after);
  });
}

/** @throws BadRequest where what came out is not complete */
function patched(before: Webhook, patch: OperationRequest<'patchWebhook'>['body']): GivenSettings {
  // Before it is merged: it may be nested as deep as no function can follow.
  const deep = valueFault(patch.filter, 'filter');
  if (deep !== undefined) throw new BadRequest('invalid', deep);
  const settings = patchedSettings(before, patch);
  const fault = patchFault(settings);
  if (fault !== undefined) throw new BadRequest('invalid', fault);
  return settings;
}

function found<Row>(webhook: Row | undefined): Row {
  if (webhook === undefined) throw new WebhookNotFound();
  return webhook;
}

/** @throws BadRequest where nothing could ever be sent to the URL */
function refuseUnsendable(url: string): void {
  const fault = whyRefused(url);
  if (fault !== undefined) throw new BadRequest('invalid', `url: ${fault}`);
}

/** The same settings. @throws BadRequest where one of them does not go with another */
function fitting(settings: WebhookSettings, before?: Webhook): WebhookSettings {
  const fault = settingsFault(settings, before);
  if (fault !== undefined) throw new BadRequest('invalid', fault);
  return settings;
}

type Body = OperationRequest<'createWebhook'>['body'];

/**
 * What the client decides; the fields that the server owns are left behind. A setting that
 * openapi.yaml does not have does not compile.
 */
function givenIn(body: Pick<Body, keyof WebhookSettings>): GivenSettings {
  return body;
}
