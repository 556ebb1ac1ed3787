import type { Schemas } from '../../client/api.ts';
import { count, several } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { useOnce } from '../once.ts';
import { Confirm } from '../parts/confirm.ts';
import { Dialog } from '../parts/dialog.ts';
import { Loaded } from '../parts/loaded.ts';
import { pairsIn } from '../parts/metadata.ts';
import { goTo } from '../route.ts';
import { api } from '../session.ts';

type EraseAllProps = { metadata: Record<string, string>; onClose: () => void };

/** Says what an erasure would remove, and does it where that is wanted. */
export function EraseAll({ metadata, onClose }: EraseAllProps): View {
  const once = useOnce(async (signal) => {
    const body = { metadata, dry_run: true };
    const found = await api.peek().post('/erasures', { body, signal });
    if (!('matching' in found)) throw new Error('the answer is not a count');
    return found;
  });
  const title = `Erase what carries ${pairsIn(metadata)}`;
  if (once.value.value === undefined)
    return html`<${Dialog} title=${title} onClose=${onClose}>
      <${Loaded} of=${once} show=${() => null} />
    <//>`;
  const erase = async () => {
    const operation = await api.peek().post('/erasures', { body: { metadata, dry_run: false } });
    if ('id' in operation) goTo(['operations', operation.id]);
    return 'The erasure has begun.';
  };
  const parts = { title, verb: 'Erase it', typed: 'erase', danger: true, work: erase, onClose };
  return html`<${Confirm} ...${parts}>
    <p><strong>${countWords(once.value.value)}</strong></p>
    <p>
      Payloads, and what was sent and received in attempts, are removed for good. That holds for all
      that carries this metadata, whatever its status and time, and for all deliveries of webhooks
      that carry it.
    </p>
  <//>`;
}

function countWords({ matching, pending, events, at_least }: Schemas['ErasureCount']): string {
  const more = at_least ? 'At least ' : '';
  const deliveries = several(matching, 'delivery', 'deliveries');
  const fails = pending === 0 ? '' : ` (${count(pending)} of them pending, which would fail)`;
  return `${more}${deliveries}${fails} and ${several(events, 'event')}.`;
}
