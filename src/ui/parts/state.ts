import type { Standing, Tone } from '../../client/explaining/states.ts';
import { html, type View } from '../html.ts';

const SIGNS: Record<Tone, string> = { well: '✓', warn: '!', bad: '✕', calm: '–' };

/** A state in words, with a colour and a sign. */
export function State({ tone, words }: Standing): View {
  return html`<span class=${`state ${tone}`}
    ><span aria-hidden="true">${SIGNS[tone]}</span> ${words}</span
  >`;
}
