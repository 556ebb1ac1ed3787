import type { ComponentChildren } from 'preact';
import { html, type View } from '../html.ts';
import type { Live } from '../live.ts';
import { wordsOf } from '../notices.ts';

/**
 * Shows what was read, by `show`; before that, that it is being read; and why it could not be. What
 * was read before stays beside that.
 */
export function Loaded<Value>({
  of: { value, error },
  show,
}: {
  of: Live<Value>;
  show: (value: Value) => ComponentChildren;
}): View {
  return html`<div class="loaded">
    ${error.value !== undefined && html`<p class="fault" role="alert">${wordsOf(error.value)}</p>`}
    ${
      value.value === undefined
        ? error.value === undefined && html`<p aria-busy="true">Reading …</p>`
        : show(value.value)
    }
  </div>`;
}
