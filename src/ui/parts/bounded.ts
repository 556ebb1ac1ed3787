import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { html, type View } from '../html.ts';
import { wordsOf } from '../notices.ts';

/** A page that cannot be drawn says so, and everything around it stays. */
export function Bounded({ children }: { children: ComponentChildren }): View {
  const [error, again] = useErrorBoundary((failure: unknown) => console.error(failure));
  if (error === undefined) return html`<div>${children}</div>`;
  return html`<section>
    <h1>This page cannot be shown</h1>
    <p class="fault" role="alert">${wordsOf(error)}</p>
    <p>That is a fault of the dashboard, or of an answer that it does not expect.</p>
    <button type="button" onClick=${again}>Try again</button>
  </section>`;
}
