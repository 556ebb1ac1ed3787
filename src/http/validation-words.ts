/** The name of a field. The validator gives no path where an unknown field has an empty name. */
export function fieldOf(path: string): string {
  if (path === '') return '""';
  const name = path.split('/').slice(2).map(unescaped).join('.') || 'body';
  return name.replace(IN_BATCH, '$1[$2]');
}

/** One delivery or event of a batch, with its place. */
const IN_BATCH = /^(deliveries|events)\.(\d+)(?=\.|$)/;

/** A name as it is, of one in a JSON pointer (RFC 6901, section 4). */
function unescaped(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}

const PLAIN: Record<string, string> = {
  'must match format "uuid"': 'must be a UUID',
  'must match format "uri"': 'must be an absolute http or https URL',
  'must match format "date-time"':
    'must be an RFC 3339 time such as 2026-03-08T20:41:25Z (write + as %2B in a query)',
  'must match format "text"': 'must be text without U+0000 and without unpaired surrogates',
  'must match pattern "^([^.]|\\.[^.]|\\.\\.[\\s\\S])[\\s\\S]*$"':
    'must not be . or .., which no path can name',
  'must match pattern "^[a-z0-9_]+(\\.[a-z0-9_]+)*$"':
    'must be words of a-z, 0-9 and _ with dots between them, such as order.paid',
  'must match pattern "^(?:[a-z0-9_]+(?:\\.[a-z0-9_]+)*(?:\\.\\*\\*?)?|\\*\\*?)$"':
    'must be a name such as order.paid, or a name with .* or .** behind it, or * or **',
  'must match pattern "^3\\.1\\.[0-9]+$"': 'must be a version of OpenAPI 3.1, such as 3.1.0',
  'must NOT have fewer than 1 properties': 'must have at least one member',
  'must NOT have additional properties': 'is not a known field',
};

/** The validator's words, or plainer ones where those speak of JSON Schema instead of the fault. */
export function plain(message: string): string {
  if (message.startsWith('must have required property')) return 'is required';
  if (message.startsWith('Unknown query parameter')) return 'is not a known parameter';
  // The validator lists the allowed values as text, in which null is nothing.
  return PLAIN[message] ?? message.replace(/, $/, ', null');
}
