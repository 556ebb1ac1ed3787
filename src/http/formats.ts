/** The string formats of openapi.yaml. The validator's own are looser: they accept urn:uuid:, a space for the T, and February 30. */
export const FORMATS: Record<string, (value: string) => boolean> = {
  uuid: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  'date-time': isDateTime,
  uri: isWebhookUrl,
  text: (value) => !value.includes('\0') && value.isWellFormed(),
};

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

/** RFC 3339, section 5.6, from year 1 on and without leap seconds: what PostgreSQL can compare with. */
function isDateTime(value: string): boolean {
  const [, year, month, day] = DATE_TIME.exec(value) ?? [];
  if (year === undefined || year === '0000') return false;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
}

/** Absolute http or https with a host, and nothing that would be changed silently on its way (spaces, backslashes, control characters). */
function isWebhookUrl(value: string): boolean {
  if (/[\s\\\p{Cc}]/u.test(value) || !value.isWellFormed()) return false;
  return /^https?:\/\/[^/?#]/i.test(value) && URL.canParse(value);
}
