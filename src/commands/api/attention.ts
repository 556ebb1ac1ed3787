import type { ApiClient, Schemas } from '../../client/api.ts';
import { count, several, timeWords } from '../../client/explaining/time-words.ts';
import { Output, type Showing } from './output.ts';

type Attention = Schemas['Attention'];
type Item = Schemas['AttentionItem'];

export type ShowAttention = Showing & { limit: number };

/** `postmand attention`: what is wrong now, the most wrong first, with where to look next. */
export async function runAttention(options: ShowAttention, api: ApiClient): Promise<void> {
  const { limit } = options;
  const out = new Output(options);
  const attention = await api.get('/attention', { query: { limit } });
  if (out.json) return out.document(attention);
  const { items, more } = attention;
  out.tell(items.length === 0 ? 'All is well.' : tallyOf(attention), { bold: true });
  for (const item of items) tellItem(item, out);
  if (more) out.note(`There is more, and less wrong: --limit shows more than ${limit}.`);
  out.say();
  tellFigures(attention, out);
}

/** `2 critical, 1 warning` */
function tallyOf({ items }: Attention): string {
  const of = (severity: Item['severity']) =>
    items.filter((item) => item.severity === severity).length;
  const parts: [number, string][] = [
    [of('critical'), `${of('critical')} critical`],
    [of('warning'), several(of('warning'), 'warning')],
    [of('notice'), several(of('notice'), 'notice')],
  ];
  const tally = parts.filter(([number]) => number > 0).map(([, words]) => words);
  return `${tally.join(', ')}, the most wrong first.`;
}

function tellItem(item: Item, out: Output): void {
  out.say();
  out.say(out.paint(COLOURS[item.severity], `${item.severity}: ${item.kind.replaceAll('_', ' ')}`));
  out.tell(item.message, { first: '  ', rest: '  ' });
  for (const command of nextLooks(item)) out.say(`→ ${out.paint('cyan', command)}`);
}

const COLOURS = {
  critical: 'red',
  warning: 'yellow',
  notice: 'blue',
} as const satisfies Record<Item['severity'], string>;

/** The commands that show more of it. */
function nextLooks({ kind, webhook_id, event_id }: Item): string[] {
  if (kind === 'operation_failed') return ['postmand operations'];
  if (event_id !== null) return [`postmand events show ${event_id}`];
  if (webhook_id === null) return ['postmand doctor'];
  const pending = `postmand deliveries --webhook ${webhook_id} --status pending`;
  switch (kind) {
    case 'failing':
    case 'deactivated':
    case 'paused':
      return [`postmand webhooks show ${webhook_id}`];
    case 'blocked':
      // Nobody may wait behind a blocked key, so that a list of what waits would show nothing.
      return [
        `postmand webhooks show ${webhook_id}`,
        `postmand webhooks skip ${webhook_id} ORDERING_KEY`,
      ];
    case 'no_worker':
    case 'behind':
    case 'not_taken_in':
    case 'event_faulty':
      return [pending];
  }
}

function tellFigures({ figures, oldest_due_at: oldest }: Attention, out: Output): void {
  const { accepted, attempts, succeeded, failed, p95_ms: p95 } = figures;
  const slow = p95 === null ? '' : `, 95 % of them within ${count(p95)} ms`;
  out.tell(
    `Today (UTC): ${count(accepted)} accepted, ${count(succeeded)} succeeded, ${count(failed)} failed; ${several(attempts, 'attempt')}${slow}.`,
  );
  out.tell(
    oldest === null
      ? 'Nothing is due and waits.'
      : `What is due and waits longest was due ${timeWords(oldest, out.reader())}.`,
  );
}
