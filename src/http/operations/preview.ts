import { previewOf } from '../../attempts/preview.ts';
import { mismatchOf } from '../../events/choosing/mismatch.ts';
import { findForSending } from '../../webhooks/find-for-sending.ts';
import { findWebhook } from '../../webhooks/webhook-store.ts';
import { WebhookNotFound } from '../../webhooks/webhook.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { eventDraftOf } from './events.ts';

export function previewHandlers(parts: ApiParts): Pick<Operations, 'previewWebhook'> {
  const { pool, vault, payloadCheck, eventSource, maxPayloadBytes } = parts;
  return {
    async previewWebhook({ params: { webhook_id: id }, body, traceContext }) {
      const draft = { ...eventDraftOf(body, maxPayloadBytes), traceContext };
      const webhook = await findWebhook({ db: pool, vault }, id);
      if (webhook === undefined) throw new WebhookNotFound();
      await payloadCheck.check(pool, draft);
      const mismatch = await mismatchOf(webhook, draft);
      const sending = await findForSending({ db: pool, vault }, id);
      if (sending === undefined) throw new WebhookNotFound();
      const request = previewOf(sending, draft, eventSource);
      return { status: 200, body: { matches: mismatch === null, mismatch, request } };
    },
  };
}
