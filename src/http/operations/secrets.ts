import { inTransaction } from '../../database/transaction.ts';
import type { Log } from '../../telemetry/log.ts';
import { signaturesFault } from '../../webhooks/request/signing/signatures.ts';
import { makeSecretToken } from '../../webhooks/request/signing/standard-key.ts';
import type { VaultTx } from '../../webhooks/secrets/row-secrets.ts';
import { endSecret, listSecrets, rotateSecret } from '../../webhooks/secrets/rotate.ts';
import { lockWebhook } from '../../webhooks/webhook-store.ts';
import { WebhookNotFound, type Webhook } from '../../webhooks/webhook.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { BadRequest } from '../problem.ts';

type SecretOperations = Pick<Operations, 'rotateSecret' | 'listSecrets' | 'endSecret'>;

const DEFAULT_OVERLAP_SECONDS = 86_400;

export function secretHandlers({ pool, vault, queue }: ApiParts, log: Log): SecretOperations {
  /** Workers are told with the commit: what they send from then on has the new secrets. */
  async function changed<Result>(
    id: string,
    change: (by: VaultTx, webhook: Webhook) => Promise<Result>,
  ): Promise<Result> {
    return inTransaction(pool, async (tx) => {
      const webhook = await lockWebhook({ tx, vault }, id);
      if (webhook === undefined) throw new WebhookNotFound();
      const result = await change({ tx, vault }, webhook);
      queue.tellChanged(tx, id);
      return result;
    });
  }
  return {
    async rotateSecret({ params: { webhook_id: id }, body }) {
      const token = body?.secret_token ?? makeSecretToken();
      const seconds = body?.overlap_seconds ?? DEFAULT_OVERLAP_SECONDS;
      const hub = body?.hub ?? 'new';
      const secret = await changed(id, (by, webhook) => {
        refuseUnfit(webhook, token);
        return rotateSecret(by, webhook, { token, seconds, hub });
      });
      const facts = { secret_id: secret.id, overlap_seconds: seconds, hub };
      log.info('webhook.secret_rotated', { webhook_id: id, ...facts });
      return { status: 201, body: secret };
    },
    async listSecrets({ params }) {
      const secrets = await listSecrets({ db: pool, vault }, params.webhook_id);
      if (secrets === undefined) throw new WebhookNotFound();
      return { status: 200, body: { secrets } };
    },
    async endSecret({ params: { webhook_id: id, secret_id: secretId } }) {
      await changed(id, (by) => endSecret(by, id, secretId));
      log.info('webhook.secret_ended', { webhook_id: id, secret_id: secretId, by: 'client' });
      return { status: 204 };
    },
  };
}

/** @throws BadRequest where the signatures of the webhook cannot be made with this token */
function refuseUnfit({ signatures }: Webhook, token: string): void {
  const fault = signaturesFault({ signatures, secret_token: token });
  if (fault !== undefined) throw new BadRequest('invalid', fault);
}
