import { useSignal } from '@preact/signals';
import { count } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';

/** So much is shown at first, in characters. */
const FIRST = 4000;

/** A text of any length, of which the beginning is shown until the reader wants it all. */
export function LongText({ text, label }: { text: string; label: string }): View {
  const isWhole = useSignal(false);
  const isCut = text.length > FIRST && !isWhole.value;
  return html`<div>
    <pre tabindex="0" role="region" aria-label=${label}>
${isCut ? `${text.slice(0, FIRST)} …` : text}</pre>
    ${
      isCut &&
      html`<button type="button" class="small outline" onClick=${() => (isWhole.value = true)}>
        Show all ${count(text.length)} characters
      </button>`
    }
  </div>`;
}
