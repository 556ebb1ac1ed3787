import { html, type View } from '../html.ts';

export type Tone = 'well' | 'warn' | 'bad' | 'calm';

const SIGNS: Record<Tone, string> = { well: '✓', warn: '!', bad: '✕', calm: '–' };

/** A state in words, with a colour and a sign. */
export function State({ tone, words }: { tone: Tone; words: string }): View {
  return html`<span class=${`state ${tone}`}
    ><span aria-hidden="true">${SIGNS[tone]}</span> ${words}</span
  >`;
}
