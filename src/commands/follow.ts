import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../client/api.ts';
import { explainDelivery } from '../client/explain.ts';
import type { Known } from '../client/explaining/explanation.ts';
import { span } from '../client/explaining/time-words.ts';
import { readKnown } from '../client/known.ts';
import { CommandError } from '../process/command-error.ts';
import { StoppedEarly, unlessStopped } from '../process/stopping.ts';
import type { Output } from './output.ts';

type Following = {
  api: ApiClient;
  out: Output;
  stopping: Promise<NodeJS.Signals>;
  waitMs: number;
};

const LOOK_MS = 250;

/**
 * Shows what becomes of deliveries until all have ended, or the time is over. A delivery that is
 * held back is waited for like any other.
 * @throws CommandError where one has not arrived by then
 */
export async function followAll(ids: readonly string[], following: Following): Promise<void> {
  const { out, stopping, waitMs } = following;
  const deadline = performance.now() + waitMs;
  const said = new Map<string, string>();
  let open = [...ids];
  let failed = 0;
  try {
    while (open.length > 0) {
      const left: string[] = [];
      for (const id of open) {
        const known = await unlessStopped(stopping, readKnown(following.api, id));
        tellNews(known, said, out);
        if (known.delivery.status === 'pending') left.push(id);
        if (known.delivery.status === 'failed') failed += 1;
      }
      open = left;
      if (open.length === 0) break;
      if (performance.now() >= deadline) throw new CommandError(notYet(open, waitMs));
      await unlessStopped(stopping, sleep(LOOK_MS));
    }
  } catch (error) {
    if (error instanceof StoppedEarly) throw new CommandError(`${error.message} ${goesOn(open)}`);
    throw error;
  }
  if (failed > 0) throw new CommandError(`${failed} of ${ids.length} failed.`);
}

/** Says how a delivery stands where that is new. */
function tellNews({ delivery, ...known }: Known, said: Map<string, string>, out: Output): void {
  const { id, status, held_reason, delivery_attempts } = delivery;
  const state = [status, held_reason, delivery_attempts].join();
  const isNew = said.get(id) !== state && (status !== 'pending' || state !== 'pending,,0');
  said.set(id, state);
  if (!isNew) return;
  const explanation = explainDelivery({ delivery, ...known }, out.reader());
  if (out.json) {
    if (status !== 'pending') out.jsonLine({ delivery, attempts: known.attempts });
    return;
  }
  out.tell(`${id}: ${explanation.headline}`, { rest: '  ' });
  for (const one of status === 'succeeded' ? [] : explanation.advice)
    out.tell(one, { first: '  → ', rest: '    ' });
}

const notYet = (open: readonly string[], waitMs: number) =>
  `After ${span(waitMs)} it has not arrived. ${goesOn(open)}`;

const goesOn = (open: readonly string[]) =>
  `What is stored goes on. To see how: postmand deliveries show ${open[0] ?? ''}`;
