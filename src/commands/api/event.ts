import type { ApiClient, Schemas } from '../../client/api.ts';
import { count, several } from '../../client/explaining/time-words.ts';
import { gathered } from '../../client/pages.ts';
import { ApiProblem } from '../../client/problem.ts';
import { deliveries, deliveryColumns } from './deliveries.ts';
import { tellMisses } from './misses.ts';
import { namesOf } from './find-webhook.ts';
import { noSuch } from './no-such.ts';
import { Output, type Showing } from './output.ts';
import { timeText } from './times.ts';

type Event = Schemas['Event'];
type Delivery = Schemas['Delivery'];

export type ShowEvent = Showing & { limit: number };

/** So much of a payload is shown, in characters. */
const PAYLOAD = 200;

/** `postmand events show`: who gets an event, and what became of each delivery. */
export async function runShowEvent(
  event_id: string,
  options: ShowEvent,
  api: ApiClient,
): Promise<void> {
  const { limit } = options;
  const out = new Output(options);
  const event = await eventOf(api, event_id);
  const found = await gathered(deliveries(api, { event_id }, limit + 1));
  const shown = found.slice(0, limit);
  if (out.json) return out.document({ event, deliveries: shown });
  out.tell(headline(event, found), { bold: true });
  for (const one of adviceOn(found)) out.tell(one, { first: '→ ', rest: '  ' });
  if (event.deliveries !== null && event.fault === null) await tellMisses(event, api, out);
  out.say();
  for (const [name, text] of factsOf(event, out)) out.fact(name, text);
  if (shown.length === 0) return;
  out.say();
  const names = await namesOf(
    api,
    shown.map(({ webhook_id }) => webhook_id),
  );
  out.table(shown, deliveryColumns(out, names));
  if (found.length > limit)
    out.note(`There are more deliveries: --limit shows more than ${limit}.`);
}

/** @throws CommandError where there is none */
async function eventOf(api: ApiClient, event_id: string): Promise<Event> {
  try {
    return await api.get('/events/{event_id}', { path: { event_id } });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404 && error.code !== 0)
      throw await noSuch('event', event_id, api);
    throw error;
  }
}

/** What became of it, as far as its deliveries are known. */
function headline({ fault, deliveries: made }: Event, found: readonly Delivery[]): string {
  if (fault !== null) return `It goes to nobody: ${fault}.`;
  if (made === null) return 'It is yet to be decided who gets it. A worker does that.';
  if (made === 0) return 'It goes to nobody: no webhook had subscribed to it.';
  const of = (status: Delivery['status']) => found.filter((one) => one.status === status).length;
  const parts = [
    `${count(of('succeeded'))} arrived`,
    `${count(of('pending'))} pending`,
    `${count(of('failed'))} failed`,
  ];
  const known = found.length < made ? ` (of ${count(found.length)} looked at)` : '';
  return `It goes to ${several(made, 'webhook')}: ${parts.join(', ')}${known}.`;
}

function adviceOn(found: readonly Delivery[]): string[] {
  const open = found.find(({ status }) => status !== 'succeeded');
  return open === undefined ? [] : [`postmand deliveries show ${open.id}`];
}

function factsOf(event: Event, { zone }: Output): [name: string, text: string][] {
  const { payload, ordering_key, operation_id } = event;
  const size = count(new TextEncoder().encode(payload).length);
  const shown = payload.length > PAYLOAD ? `${payload.slice(0, PAYLOAD)}…` : payload;
  return [
    ['event', event.id],
    ['type', event.type],
    ['created', timeText(event.created_at, zone)],
    ...(ordering_key === null ? [] : [fact('key', ordering_key)]),
    ...(operation_id === null ? [] : [fact('operation', operation_id)]),
    ...Object.entries(event.metadata).map(([name, value]) => fact('metadata', `${name}=${value}`)),
    ['payload', event.payload_removed_at === null ? `${size} bytes  ${shown}` : 'removed'],
  ];
}

const fact = (name: string, text: string): [name: string, text: string] => [name, text];
