import type { Action, Explanation } from '../../client/explaining/explanation.ts';
import { printableLine } from '../../receiver/printable.ts';
import type { Output } from './output.ts';

/** What the commands for an action need to know. */
type Of = { deliveryId?: string; webhookId?: string; orderingKey?: string | null };

/** Shows an explanation: the sentence that counts first, then what is known, and what to do. */
export function tellExplanation(
  { headline, facts, advice, actions }: Explanation,
  of: Of,
  out: Output,
): void {
  out.tell(headline, { bold: true });
  for (const fact of facts) out.tell(fact, { first: '  ', rest: '  ' });
  for (const one of advice) out.tell(one, { first: '→ ', rest: '  ' });
  // Not broken, so that it can be copied.
  for (const action of actions)
    out.say(`→ ${out.paint('cyan', printableLine(COMMANDS[action](of)))}`);
}

const COMMANDS: Record<Action, (of: Of) => string> = {
  redeliver: ({ deliveryId }) => `postmand deliveries redeliver ${deliveryId}`,
  resume: ({ webhookId }) => `postmand webhooks resume ${webhookId}`,
  activate: ({ webhookId }) => `postmand webhooks activate ${webhookId}`,
  test: ({ webhookId }) => `postmand webhooks test ${webhookId}`,
  skip: (of) => skipCommand(of),
};

/** Lets an ordering key go on, whatever characters it has. */
export const skipCommand = ({ webhookId, orderingKey }: Of): string =>
  `postmand webhooks skip ${orderingKey?.startsWith('-') ? '-- ' : ''}${webhookId} ${quotedForShell(orderingKey ?? '')}`;

/** For a POSIX shell. */
const quotedForShell = (text: string): string =>
  /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
