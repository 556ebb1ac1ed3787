import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../client/api.ts';
import { explainDelivery } from '../../client/explain.ts';
import type { Known } from '../../client/explaining/explanation.ts';
import { span } from '../../client/explaining/time-words.ts';
import { readKnown } from '../../client/known.ts';
import { CommandError } from '../../process/command-error.ts';
import { StoppedEarly, unlessStopped } from '../../process/stopping.ts';
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
  const { api, out, stopping, waitMs } = following;
  const deadline = performance.now() + waitMs;
  const said = new Map<string, string>();
  let open = [...ids];
  let waiting: Known[] = [];
  let failed = 0;
  try {
    while (open.length > 0) {
      const known: Known[] = [];
      for (const id of open) known.push(await unlessStopped(stopping, readKnown(api, id)));
      for (const one of known) tellNews(one, said, out);
      waiting = known.filter(({ delivery }) => delivery.status === 'pending');
      failed += known.filter(({ delivery }) => delivery.status === 'failed').length;
      open = waiting.map(({ delivery }) => delivery.id);
      if (open.length === 0) break;
      if (performance.now() >= deadline) throw new CommandError(notYet(open, waitMs));
      await unlessStopped(stopping, sleep(LOOK_MS));
    }
  } catch (error) {
    if (error instanceof StoppedEarly) throw new CommandError(`${error.message} ${goesOn(open)}`);
    throw error;
  } finally {
    for (const one of open.length > 0 ? waiting : []) tellJson(one, out);
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
    if (status !== 'pending') tellJson({ delivery, ...known }, out);
    return;
  }
  out.tell(`${id}: ${explanation.headline}`, { rest: '  ' });
  for (const one of status === 'succeeded' ? [] : explanation.advice)
    out.tell(one, { first: '  → ', rest: '    ' });
}

/** Once for each, where it has ended or is waited for no longer. */
function tellJson({ delivery, attempts }: Known, out: Output): void {
  if (out.json) out.jsonLine({ delivery, attempts });
}

const notYet = (open: readonly string[], waitMs: number) =>
  `After ${span(waitMs)} it has not arrived. ${goesOn(open)}`;

const goesOn = (open: readonly string[]) =>
  `What is stored goes on. To see how: postmand deliveries show ${open[0] ?? ''}`;
