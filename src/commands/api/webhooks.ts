import type { ApiClient, Schemas } from '../../client/api.ts';
import { explainWebhook } from '../../client/explain-webhook.ts';
import { webhookStanding, type Tone, type WebhookWord } from '../../client/explaining/states.ts';
import { span } from '../../client/explaining/time-words.ts';
import { attemptColumns } from './attempt-columns.ts';
import { tellBlockedKeys } from './blocked-keys.ts';
import { tellExplanation } from './explained.ts';
import { findWebhook, webhooks } from './find-webhook.ts';
import { countText, showList } from './listing.ts';
import { Output, type Showing } from './output.ts';
import { count } from '../progress.ts';
import { timeText } from './times.ts';

type Webhook = Schemas['Webhook'];

export type ListWebhooks = Showing & { limit: number; state?: WebhookWord; name?: string };

/** So many of the latest attempts are shown of a webhook. */
const ATTEMPTS = 5;
/** The API counts held deliveries no further. */
const COUNTED = 1000;

/** `postmand webhooks`: a line for each, by name. */
export async function runListWebhooks(options: ListWebhooks, api: ApiClient): Promise<void> {
  const { limit, state, name } = options;
  const out = new Output(options);
  const filter = {
    ...(state === undefined ? {} : { state }),
    ...(name === undefined ? {} : { name }),
  };
  const items = webhooks(api, filter, limit + 1);
  await showList({ items, limit, nouns: 'webhooks', columns: () => webhookColumns(out) }, out);
}

const webhookColumns = ({ paint }: Output) => [
  { name: 'NAME', of: ({ name }: Webhook) => name, may: 'shrink' as const },
  {
    name: 'STATE',
    of: (webhook: Webhook) => webhookStanding(webhook).words,
    paint: (text: string, webhook: Webhook) => paint(COLOURS[webhookStanding(webhook).tone], text),
  },
  { name: 'HELD', of: ({ health }: Webhook) => heldText(health.held), align: 'right' as const },
  { name: 'URL', of: ({ url }: Webhook) => url, may: 'shrink' as const },
  { name: 'ID', of: ({ id }: Webhook) => id },
];

const COLOURS = {
  well: 'green',
  warn: 'yellow',
  bad: 'red',
  calm: 'dim',
} as const satisfies Record<Tone, string>;

const heldText = (held: number) => (held >= COUNTED ? `${count(COUNTED)}+` : String(held));

/** `postmand webhooks show`: how it goes with one, and how it is set. */
export async function runShowWebhook(
  named: string,
  options: Showing,
  api: ApiClient,
): Promise<void> {
  const out = new Output(options);
  const webhook = await findWebhook(api, named);
  if (out.json) return out.document(webhook);
  const query = { webhook_id: webhook.id, limit: ATTEMPTS };
  const [{ delivery_attempts }, pending] = await Promise.all([
    api.get('/delivery-attempts', { query }),
    api.get('/deliveries/count', { query: { webhook_id: webhook.id, status: 'pending' } }),
  ]);
  tellExplanation(explainWebhook(webhook, out.reader()), { webhookId: webhook.id }, out);
  out.say();
  out.fact('pending', countText(pending));
  for (const [name, text] of settings(webhook, out)) out.fact(name, text);
  await tellBlockedKeys(webhook.id, api, out);
  if (delivery_attempts.length === 0) return;
  out.say('\nIts latest attempts:');
  out.table(delivery_attempts, attemptColumns(out));
}

/** Its settings as a person asks for them, without what is secret. */
function settings(webhook: Webhook, { zone }: Output): [name: string, text: string][] {
  const { auth, event_types, filter, max_delivery_age, metadata } = webhook;
  const headers = Object.keys(webhook.headers);
  return [
    ['name', webhook.name],
    ['id', webhook.id],
    ['url', webhook.url],
    ['events', event_types === null ? 'none: only what is sent to it' : event_types.join(', ')],
    ...(filter === null ? [] : ([['filter', JSON.stringify(filter)]] as [string, string][])),
    ['success', webhook.valid_status_codes.join(', ')],
    ['retries', retriesText(webhook)],
    ['limits', limitsText(webhook)],
    [
      'gives up',
      max_delivery_age === null ? 'never for age' : `after ${seconds(max_delivery_age)}`,
    ],
    ['failing', webhook.on_failing === 'hold' ? 'deliveries wait' : 'deliveries are retried'],
    ['signatures', webhook.signatures.join(', ')],
    ['auth', auth === null ? 'none' : auth.type],
    ...(headers.length === 0 ? [] : ([['headers', headers.join(', ')]] as [string, string][])),
    ...Object.entries(metadata).map(([key, value]): [string, string] => [
      'metadata',
      `${key}=${value}`,
    ]),
    ['created', timeText(webhook.created_at, zone)],
    ['changed', timeText(webhook.updated_at, zone)],
  ];
}

function retriesText(webhook: Webhook): string {
  const { max_delivery_attempts: attempts, retry_schedule: schedule } = webhook;
  const apart =
    schedule === null
      ? `${seconds(webhook.retry_min_backoff)} to ${seconds(webhook.retry_max_backoff)} apart`
      : `after ${schedule.map(seconds).join(', ')}`;
  return `${attempts} attempts, ${apart}, of at most ${seconds(webhook.delivery_attempt_timeout)} each`;
}

function limitsText({ rate_limit: rate, max_concurrency: places }: Webhook): string {
  const limits = [
    ...(rate === null ? [] : [`${count(rate.count)} attempts in ${seconds(rate.per_seconds)}`]),
    ...(places === null ? [] : [`${count(places)} at a time`]),
  ];
  return limits.length === 0 ? 'none' : limits.join(', ');
}

const seconds = (number: number): string => span(number * 1000);
