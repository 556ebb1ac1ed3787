import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { html, type View } from '../html.ts';

type DialogParts = { title: string; onClose: () => void; children: ComponentChildren };

/**
 * A dialog over the page, for as long as it is rendered. Escape and a click beside it ask for its
 * end (`onClose`); then the focus is again where it was.
 */
export function Dialog({ title, onClose, children }: DialogParts): View {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // At once: a key that is pressed before it is open would be for the page.
  useLayoutEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      focusAgain(before);
    };
  }, []);

  function cancel(event: Event): void {
    event.preventDefault();
    onClose();
  }

  return html`<dialog
    ref=${dialog}
    aria-labelledby=${id}
    onCancel=${cancel}
    onClose=${() => dialog.current?.isConnected && onClose()}
    onClick=${(event: Event) => event.target === dialog.current && onClose()}
  >
    <article>
      <header><h2 id=${id}>${title}</h2></header>
      ${children}
    </article>
  </dialog>`;
}

/** What was in the focus may be gone by now, as a button that has done its work. */
function focusAgain(before: Element | null): void {
  const isThere = before instanceof HTMLElement && before.isConnected && before !== document.body;
  (isThere ? before : document.getElementById('content'))?.focus();
}
