import type { ApiClient, Schemas } from '../../client/api.ts';
import { explainDelivery } from '../../client/explain.ts';
import type { Known } from '../../client/explaining/explanation.ts';
import { count } from '../../client/explaining/time-words.ts';
import { readKnown } from '../../client/known.ts';
import { ApiProblem } from '../../client/problem.ts';
import { CommandError } from '../../process/command-error.ts';
import { printableLine } from '../../receiver/printable.ts';
import { tellExplanation } from './explained.ts';
import { noSuch } from './no-such.ts';
import { Output, type Showing } from './output.ts';
import { timeText } from './times.ts';
import { timelineOf, type Moment } from './timeline.ts';

type Delivery = Schemas['Delivery'];

export type ShowDelivery = Showing & { attempts: number };

/** So much of a payload is shown, in characters. */
const PAYLOAD = 200;
const CELLS = 21;

/** `postmand deliveries show`: why it has arrived or not, and what happened to it. */
export async function runShowDelivery(
  id: string,
  options: ShowDelivery,
  api: ApiClient,
): Promise<void> {
  const out = new Output(options);
  const known = await asked(id, api, readKnown(api, id, options.attempts));
  const explanation = explainDelivery(known, out.reader());
  const { delivery, webhook, attempts } = known;
  if (out.json) return out.document({ explanation, delivery, webhook: webhook ?? null, attempts });
  const { webhook_id: webhookId, ordering_key: orderingKey } = delivery;
  tellExplanation(explanation, { deliveryId: id, webhookId, orderingKey }, out);
  out.say();
  tellTimeline(known, out);
  out.say();
  for (const [name, text] of factsOf(known)) out.fact(name, text);
}

/** The timeline, a line a moment. */
function tellTimeline(known: Known, out: Output): void {
  for (const { at, text, kind } of timelineOf(known, new Date()))
    out.say(
      `${out.paint('dim', momentText(at, out).padEnd(CELLS))}${out.paint(COLOURS[kind], printableLine(text))}`,
    );
}

const momentText = (at: string | null, { zone }: Output) => (at === null ? '' : timeText(at, zone));

const COLOURS = {
  plain: 'reset',
  good: 'green',
  bad: 'red',
  waits: 'yellow',
} as const satisfies Record<Moment['kind'], string>;

function factsOf({ delivery, webhook }: Known): [name: string, text: string][] {
  const { id, webhook_id, event_id, ordering_key, sequence, metadata, payload } = delivery;
  const size = new TextEncoder().encode(payload).length;
  const shown = payload.length > PAYLOAD ? `${payload.slice(0, PAYLOAD)}…` : payload;
  return [
    ['delivery', id],
    ['webhook', webhook === undefined ? webhook_id : `${webhook.name} (${webhook_id})`],
    ...(webhook === undefined ? [] : [fact('url', webhook.url)]),
    ...(event_id === null ? [] : [fact('event', event_id)]),
    ...(ordering_key === null ? [] : [fact('key', `${ordering_key}, number ${sequence ?? '…'}`)]),
    ...Object.entries(metadata).map(([name, value]) => fact('metadata', `${name}=${value}`)),
    [
      'payload',
      delivery.payload_removed_at === null ? `${count(size)} bytes  ${shown}` : 'removed',
    ],
  ];
}

const fact = (name: string, text: string): [name: string, text: string] => [name, text];

/** `postmand deliveries redeliver`: has one that has ended sent again. */
export async function runRedeliverOne(id: string, options: Showing, api: ApiClient): Promise<void> {
  const out = new Output(options);
  const path = { delivery_id: id };
  const delivery = await asked(id, api, api.post('/deliveries/{delivery_id}/redeliver', { path }));
  tellState(delivery, 'is pending again', out);
}

/**
 * `postmand deliveries cancel`: deletes one that is pending, with its attempts. @throws
 * CommandError where it has ended
 */
export async function runCancelDelivery(
  id: string,
  options: Showing,
  api: ApiClient,
): Promise<void> {
  const out = new Output(options);
  const path = { delivery_id: id };
  const delivery = await asked(id, api, api.get('/deliveries/{delivery_id}', { path }));
  if (delivery.status !== 'pending')
    throw new CommandError(`Delivery ${id} has ${delivery.status}: there is nothing to cancel.`);
  await api.delete('/deliveries/{delivery_id}', { path });
  tellState(
    delivery,
    'is deleted, and not sent any more. An attempt that was under way may still arrive',
    out,
  );
}

function tellState(delivery: Delivery, what: string, out: Output): void {
  if (out.json) out.document(delivery);
  else out.tell(`Delivery ${delivery.id} ${what}.`);
}

/** @throws CommandError where there is no such delivery */
async function asked<Value>(id: string, api: ApiClient, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404 && error.code !== 0)
      throw await noSuch('delivery', id, api);
    if (error instanceof ApiProblem && error.status === 409)
      throw new CommandError(`Delivery ${id} cannot be redelivered: ${error.message}.`);
    throw error;
  }
}
