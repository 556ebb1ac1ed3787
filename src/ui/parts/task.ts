import { useSignal, type Signal } from '@preact/signals';
import { html, type View } from '../html.ts';
import { wordsOf } from '../notices.ts';
import { heedLock } from '../session.ts';

export type Task = {
  isWorking: Signal<boolean>;
  /** Why it could not be done the last time. */
  fault: Signal<unknown>;
  /** Does it, unless it is under way; a failure is kept as `fault`. @returns whether it was done */
  run: (work: () => Promise<void>) => Promise<boolean>;
};

/** Something that the reader has done, whose failure is told where they asked for it. */
export function useTask(): Task {
  const isWorking = useSignal(false);
  const fault = useSignal<unknown>(undefined);
  async function run(work: () => Promise<void>): Promise<boolean> {
    // Another press of Enter, or a double click, does not do it twice.
    if (isWorking.peek()) return false;
    isWorking.value = true;
    fault.value = undefined;
    try {
      await work();
      return true;
    } catch (error) {
      fault.value = heedLock(error);
      return false;
    } finally {
      isWorking.value = false;
    }
  }
  return { isWorking, fault, run };
}

/** Why a task failed, said aloud as well. */
export function Fault({ of: { fault } }: { of: Task }): View {
  if (fault.value === undefined) return null;
  return html`<p class="fault" role="alert">${wordsOf(fault.value)}</p>`;
}
