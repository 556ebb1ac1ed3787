import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { KINDS, progressWords } from './words.ts';

/** How far an operation is: a bar, and the same in words. */
export function Progress({ operation }: { operation: Schemas['Operation'] }): View {
  const { matched, done, skipped, kind } = operation;
  const words = progressWords(operation);
  const name = `Progress of ${KINDS[kind].toLowerCase()}: ${words}`;
  return html`<div class="progress">
    ${
      matched !== null &&
      html`<progress max=${Math.max(1, matched)} value=${done + skipped} aria-label=${name} />`
    }
    <small>${words}</small>
  </div>`;
}
