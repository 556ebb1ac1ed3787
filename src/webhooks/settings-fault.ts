import { rateLimitFault } from './limits/rate-limit.ts';
import { metadataFault } from './metadata.ts';
import { authFault } from './request/auth/auth-fault.ts';
import { formatFault } from './request/format.ts';
import { headersFault } from './request/headers.ts';
import { propagationFault } from './request/propagation.ts';
import { signaturesFault } from './request/signing/signatures.ts';
import { subscriptionFault } from './subscription/subscription-fault.ts';
import type { WebhookSettings } from './webhook.ts';

/**
 * Why a webhook may not have these settings: one does not go with another. To be read by clients;
 * it begins with the field's name. Undefined: it may have them. `before`: those that it has.
 */
export function settingsFault(
  settings: WebhookSettings,
  before?: Partial<WebhookSettings>,
): string | undefined {
  return (
    rateLimitFault(settings.rate_limit) ??
    signaturesFault(settings) ??
    headersFault(settings) ??
    formatFault(settings) ??
    propagationFault(settings) ??
    authFault(settings, before) ??
    metadataFault(settings.metadata) ??
    subscriptionFault(settings, before)
  );
}
