import { inTransaction, type Tx } from '../../database/transaction.ts';
import { withHealth, type ShownWebhook } from '../../deliveries/webhook-health.ts';
import type { Log } from '../../telemetry/log.ts';
import { pauseWebhook, resumeWebhook } from '../../webhooks/health/pause.ts';
import { findWebhook } from '../../webhooks/webhook-store.ts';
import { WebhookNotFound } from '../../webhooks/webhook.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { utcTime } from '../time.ts';

type PauseOperations = Pick<Operations, 'pauseWebhook' | 'resumeWebhook'>;

export function pauseHandlers({ pool, vault, gated }: ApiParts, log: Log): PauseOperations {
  /** Logs a change when it is committed: only then has it happened. */
  async function changed(
    id: string,
    change: (tx: Tx) => Promise<boolean>,
    tell: () => void,
  ): Promise<ShownWebhook> {
    const { webhook, isChanged } = await inTransaction(pool, async (tx) => {
      const isChanged = await change(tx);
      const found = await findWebhook({ db: tx, vault }, id);
      return { webhook: (await withHealth(tx, found ? [found] : []))[0], isChanged };
    });
    if (webhook === undefined) throw new WebhookNotFound();
    gated?.tell(id);
    if (isChanged) tell();
    return webhook;
  }
  return {
    async pauseWebhook({ params: { webhook_id: id }, body }) {
      const given = body?.until ?? null;
      const until = given === null ? null : utcTime(given, 'up');
      const webhook = await changed(
        id,
        (tx) => pauseWebhook(tx, id, until),
        () => log.info('webhook.paused', { webhook_id: id, by: 'client', until: given }),
      );
      return { status: 200, body: webhook };
    },
    async resumeWebhook({ params: { webhook_id: id } }) {
      const webhook = await changed(
        id,
        (tx) => resumeWebhook(tx, id),
        () => log.info('webhook.resumed', { webhook_id: id, by: 'client' }),
      );
      return { status: 200, body: webhook };
    },
  };
}
