import { useSignal } from '@preact/signals';
import { html, type View } from '../html.ts';

/** A text that is not shown unless the reader asks for it. `given`: what the field is like. */
export function SecretInput({ given }: { given: Record<string, unknown> }): View {
  const isShown = useSignal(false);
  return html`<div class="secret">
    <input ...${given} type=${isShown.value ? 'text' : 'password'} />
    <button
      type="button"
      class="outline secondary"
      aria-pressed=${isShown.value}
      onClick=${() => (isShown.value = !isShown.value)}
    >
      ${isShown.value ? 'Hide' : 'Show'}
    </button>
  </div>`;
}
