import { useSignal } from '@preact/signals';
import { html, type View } from '../html.ts';

type CopyButtonProps = { text: string; what: string; label?: string };

/** Copies a text. `what` says what it is, for those who do not see where the button stands. */
export function CopyButton({ text, what, label = 'Copy' }: CopyButtonProps): View {
  const said = useSignal(label);
  async function copy(): Promise<void> {
    said.value = (await copied(text)) ? 'Copied' : 'Cannot copy';
  }
  return html`<button
    type="button"
    class="small outline secondary"
    aria-label=${`${said.value} ${what}`}
    aria-live="polite"
    onClick=${copy}
  >
    ${said.value}
  </button>`;
}

/** Over plain HTTP from another machine a browser has no clipboard but that of `execCommand`. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

function copiedBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  // In a dialog, what is outside of it cannot be selected.
  const place = document.activeElement?.parentElement ?? document.body;
  place.append(field);
  field.select();
  const isDone = document.execCommand('copy');
  field.remove();
  return isDone;
}
