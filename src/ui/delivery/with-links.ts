import { html, type View } from '../html.ts';
import { hrefTo } from '../route.ts';

const PIECE = /(`[^`]*`|\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b)/;

/** A sentence about a delivery: what is in backquotes as code, ids of other deliveries as links. */
export function WithLinks({ text, own }: { text: string; own: string }): View {
  // Of what is split by a group, each second one is what the group has found.
  const pieces = text.split(PIECE).map((piece, i) => {
    if (i % 2 === 0) return piece;
    if (piece.startsWith('`')) return html`<code>${piece.slice(1, -1)}</code>`;
    return piece === own ? piece : html`<a href=${hrefTo(['deliveries', piece])}>${piece}</a>`;
  });
  return html`<span>${pieces}</span>`;
}
