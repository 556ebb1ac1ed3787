import { isDateTime } from '../time.ts';

/**
 * The string formats of openapi.yaml. The validator's own are looser: they accept urn:uuid:, a
 * space for the T, and February 30.
 */
export const FORMATS: Record<string, (value: string) => boolean> = {
  uuid: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  'date-time': isDateTime,
  uri: isWebhookUrl,
  text: (value) => !value.includes('\0') && value.isWellFormed(),
};

/**
 * Absolute http or https with a host, and nothing that would be changed silently on its way
 * (spaces, backslashes, control characters).
 */
function isWebhookUrl(value: string): boolean {
  if (/[\s\\\p{Cc}]/u.test(value) || !value.isWellFormed()) return false;
  return /^https?:\/\/[^/?#]/i.test(value) && URL.canParse(value);
}
