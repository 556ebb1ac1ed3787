import type { Field } from './schema.ts';

/** Fields that are shown together, under a title. */
export type Group = { title: string; fields: Field[] };

/** The first group is what everybody needs; the others are opened by who needs them. */
const GROUPS: [title: string, names: string[]][] = [
  ['Basics', ['name', 'url', 'active', 'event_types', 'secret_token']],
  [
    'Attempts and retries',
    [
      ...['valid_status_codes', 'delivery_attempt_timeout', 'max_delivery_attempts'],
      ...['retry_min_backoff', 'retry_max_backoff', 'retry_schedule', 'retry_jitter'],
      'max_delivery_age',
    ],
  ],
  ['Requests', ['content_type', 'format', 'signatures', 'headers', 'auth', 'propagate_trace']],
  ['Which events', ['filter']],
  ['Limits and order', ['max_concurrency', 'rate_limit', 'ordering_on_failure']],
  [
    'When the endpoint fails',
    ['on_failing', 'failing_after', 'deactivate_after', 'honor_retry_after', 'on_gone'],
  ],
  ['Notes', ['metadata']],
];

/** Fields by group. One that no group knows yet is under "Other settings". */
export function groupsOf(fields: Field[]): Group[] {
  const known = new Set(GROUPS.flatMap(([, names]) => names));
  const named = GROUPS.map(([title, names]) => ({
    title,
    fields: names.flatMap((name) => fields.filter((field) => field.name === name)),
  }));
  const others = { title: 'Other settings', fields: fields.filter(({ name }) => !known.has(name)) };
  return [...named, others].filter((group) => group.fields.length > 0);
}

/** Which members of `auth` each of its types has. */
const AUTH_MEMBERS: Record<string, string[]> = {
  basic: ['username', 'password'],
  bearer: ['token'],
  oauth2_client_credentials: ['token_url', 'client_id', 'client_secret', 'scope', 'audience'],
  mtls: ['certificate', 'private_key', 'ca'],
};

/** The fields of a group that go with what was chosen in it. */
export function fittingFields({ name, fields }: Field, value: Record<string, unknown>): Field[] {
  if (name !== 'auth') return fields;
  const members = AUTH_MEMBERS[String(value['type'])] ?? [];
  return fields.filter((field) => field.name === 'type' || members.includes(field.name));
}
