import type { Log } from '../../telemetry/log.ts';
import type { ToldChange } from './health-store.ts';

/** Logs a change of the state of a webhook, after it was committed. */
export function reportChange(log: Log, change: ToldChange): void {
  const fields = { webhook_id: change.webhookId };
  switch (change.kind) {
    case 'paused':
      return log.info('webhook.paused', { ...fields, by: 'retry_after', until: change.until });
    case 'gone':
      return log.warn('webhook.deactivated', { ...fields, deactivated_reason: 'gone' });
    case 'failing':
      return log.warn('webhook.failing', { ...fields, held: change.held });
    case 'recovering':
      return log.info('webhook.recovering', fields);
    case 'recovered':
      return log.info('webhook.recovered', fields);
    case 'deactivated':
      return log.warn('webhook.deactivated', { ...fields, deactivated_reason: 'failing' });
  }
}
