import { randomBytes, randomUUID } from 'node:crypto';
import { inTransaction } from '../../database/transaction.ts';
import { deleteWebhook } from '../../deliveries/delete-webhook.ts';
import { withHealth, withoutTrouble } from '../../deliveries/webhook-health.ts';
import type { Log } from '../../telemetry/log.ts';
import {
  settingsAfter,
  WebhookNotFound,
  type Webhook,
  type WebhookSettings,
} from '../../webhooks/webhook.ts';
import { beginsAnew, resetState } from '../../webhooks/health/reset-state.ts';
import { withSigningPair } from '../../webhooks/signing-pair.ts';
import { withToken } from '../../webhooks/request/standard-key.ts';
import { noteChange } from '../../webhooks/secrets/changed.ts';
import { settingsFault } from '../../webhooks/settings-fault.ts';
import { whyRefused } from '../../webhooks/webhook-url.ts';
import {
  findWebhook,
  insertWebhook,
  listWebhooks,
  lockWebhook,
  replaceWebhook,
} from '../../webhooks/webhook-store.ts';
import type { ApiParts, OperationRequest, Operations } from '../handler.ts';
import { pageOf } from '../page.ts';
import { BadRequest } from '../problem.ts';

type WebhookOperations = Pick<
  Operations,
  'listWebhooks' | 'createWebhook' | 'getWebhook' | 'replaceWebhook' | 'deleteWebhook'
>;

/** Of the key of a token that is made: as many as Standard Webhooks asks for. */
const TOKEN_BYTES = 24;

export function webhookHandlers({ pool, queue }: ApiParts, log: Log): WebhookOperations {
  const shown = async (webhook: Webhook | undefined) =>
    found((await withHealth(pool, webhook ? [webhook] : []))[0]);
  return {
    async listWebhooks({ query }) {
      const page = pageOf(query);
      const webhooks = await withHealth(pool, await listWebhooks(pool, query, page));
      return { status: 200, body: { webhooks, limit: page.limit, offset: page.offset } };
    },
    async createWebhook({ body }) {
      refuseUnsendable(body.url);
      const settings = settingsIn(withToken(body, () => randomBytes(TOKEN_BYTES)));
      const webhook = await inTransaction(pool, async (tx) =>
        withSigningPair(tx, await insertWebhook(tx, randomUUID(), settings)),
      );
      return { status: 201, body: withoutTrouble(webhook) };
    },
    async getWebhook({ params }) {
      return { status: 200, body: await shown(await findWebhook(pool, params.webhook_id)) };
    },
    async replaceWebhook({ params, body }) {
      const webhook = await inTransaction(pool, async (tx) => {
        const before = await lockWebhook(tx, params.webhook_id);
        // What it has already may stay: its client may only want to deactivate it.
        if (body.url !== before?.url) refuseUnsendable(body.url);
        if (before === undefined) return undefined;
        const after = await replaceWebhook(tx, before.id, settingsIn(body, before));
        if (after && beginsAnew(before, after)) await resetState(tx, after.id);
        if (after) await noteChange(tx, { before, after }, queue);
        return after && withSigningPair(tx, after);
      });
      return { status: 200, body: await shown(webhook) };
    },
    async deleteWebhook({ params }) {
      await deleteWebhook({ pool, log }, params.webhook_id);
      return { status: 204 };
    },
  };
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

type Body = OperationRequest<'createWebhook'>['body'];

/**
 * What the client decides; the fields that the server owns are left behind. A setting that
 * openapi.yaml does not have does not compile.
 * @throws BadRequest where one setting does not go with another
 */
function settingsIn(
  body: Pick<Body, keyof WebhookSettings>,
  before: Partial<WebhookSettings> = {},
): WebhookSettings {
  const settings = settingsAfter(before, body);
  const fault = settingsFault(settings, before);
  if (fault !== undefined) throw new BadRequest('invalid', fault);
  return settings;
}
