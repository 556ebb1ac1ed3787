import type { ApiClient, Schemas } from '../../client/api.ts';
import { count } from '../../client/explaining/time-words.ts';
import { printableLine } from '../../receiver/printable.ts';
import { skipCommand } from './explained.ts';
import type { Output } from './output.ts';
import { timeText } from './times.ts';

type BlockedKey = Schemas['BlockedOrderingKey'];

/** So many blocked keys are shown of a webhook. */
const SHOWN = 10;

/** Shows which ordering keys of a webhook stand still, and the failed delivery that blocks each. */
export async function tellBlockedKeys(
  webhook_id: string,
  api: ApiClient,
  out: Output,
): Promise<void> {
  const { ordering_keys: keys, next_cursor: more } = await api.get(
    '/webhooks/{webhook_id}/ordering-keys',
    { path: { webhook_id }, query: { limit: SHOWN } },
  );
  const [first] = keys;
  if (first === undefined) return;
  out.say('\nIts blocked ordering keys, each with the failed delivery that blocks it:');
  out.table(keys, columns(out));
  if (more !== null) out.note(`There are more blocked keys. The first ${SHOWN} are shown.`);
  const { delivery_id: deliveryId, ordering_key: orderingKey } = first;
  const skip = skipCommand({ webhookId: webhook_id, orderingKey });
  for (const command of [`postmand deliveries show ${deliveryId}`, skip])
    out.say(`→ ${out.paint('cyan', printableLine(command))}`);
}

const columns = ({ zone }: Output) => [
  { name: 'KEY', of: ({ ordering_key }: BlockedKey) => ordering_key, may: 'shrink' as const },
  { name: 'SINCE', of: ({ blocked_since }: BlockedKey) => timeText(blocked_since, zone) },
  {
    name: 'WAITING',
    of: ({ waiting }: BlockedKey) => count(waiting),
    align: 'right' as const,
  },
  { name: 'DELIVERY', of: ({ delivery_id }: BlockedKey) => delivery_id },
];
