import { useSignal, type Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { html, type View } from '../html.ts';
import { notice } from '../notices.ts';
import { Dialog } from './dialog.ts';
import { Fault, useTask } from './task.ts';

type ConfirmParts = {
  title: string;
  /** What happens, and to what. */
  children: ComponentChildren;
  /** The word on the button that does it. */
  verb: string;
  /** A text that must be typed first, such as a name. */
  typed?: string | undefined;
  /** It cannot be undone. */
  danger?: boolean;
  /** @returns what to say when it is done */
  work: () => Promise<string>;
  onClose: () => void;
};

/** Asks before something is done that may not be undone, and does it. */
export function Confirm(parts: ConfirmParts): View {
  const { title, children, verb, typed, danger = false, work, onClose } = parts;
  const task = useTask();
  const given = useSignal('');

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const isDone = await task.run(async () => {
      notice.value = { kind: 'done', text: await work() };
    });
    if (isDone) onClose();
  }

  const isReady = typed === undefined || given.value === typed;
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <form onSubmit=${submit}>
      ${children} ${typed !== undefined && typedField(typed, given)}
      <${Fault} of=${task} />
      <footer>
        <button type="button" class="secondary outline" onClick=${onClose}>Leave it</button>
        <button
          type="submit"
          class=${danger ? 'danger' : ''}
          disabled=${!isReady}
          aria-busy=${task.isWorking.value}
        >
          ${verb}
        </button>
      </footer>
    </form>
  <//>`;
}

function typedField(typed: string, given: Signal<string>): View {
  return html`<label>
    Type <strong>${typed}</strong> to go on
    <input
      value=${given.value}
      autocomplete="off"
      onInput=${(event: InputEvent) => (given.value = (event.target as HTMLInputElement).value)}
    />
  </label>`;
}
