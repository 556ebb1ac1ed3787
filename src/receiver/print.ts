import { styleText } from 'node:util';
import { printable } from './printable.ts';
import type { Arrival } from './receiver.ts';
import type { SeenEvent } from './seen-event.ts';
import type { SignatureVerdict } from './verdict.ts';

/** Bytes of a body that are shown. */
const SHOWN_BYTES = 4096;

type Format = Parameters<typeof styleText>[0];

const VERDICTS: Record<SignatureVerdict, { words: string; format: Format }> = {
  genuine: { words: 'signature genuine', format: 'green' },
  untimely: { words: 'signature genuine, its time is NOT NOW', format: 'red' },
  wrong: { words: 'signature WRONG', format: 'red' },
  missing: { words: 'signature MISSING', format: 'red' },
  unchecked: { words: 'signed, not checked (--secret checks it)', format: 'yellow' },
  none: { words: 'not signed', format: 'dim' },
};

/** An arrival as people read it: a line of facts, then the body. `colour` is for terminals. */
export function arrivalText(arrival: Arrival, at: Date, colour: boolean): string {
  const paint = (format: Format, text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const { words, format } = VERDICTS[arrival.signature];
  const facts = [
    paint('dim', `#${arrival.number}`),
    paint('dim', at.toTimeString().slice(0, 8)),
    paint('bold', printable(`${arrival.method} ${arrival.target}`)),
    ...(arrival.contentType === '' ? [] : [printable(arrival.contentType)]),
    ...(arrival.event === undefined ? [] : [printable(eventText(arrival.event))]),
    `${arrival.body.length} bytes`,
    paint(format, words),
    paint(arrival.status < 300 ? 'green' : 'red', `→ ${arrival.status}`),
    ...(arrival.repeat > 1 ? [paint('yellow', `seen ${arrival.repeat} times`)] : []),
  ];
  return `${facts.join('  ')}\n${bodyText(arrival.body)}\n`;
}

function eventText({ id, type }: SeenEvent): string {
  return [...(type === undefined ? [] : [type]), ...(id === undefined ? [] : [id])].join(' ');
}

function bodyText(body: Buffer): string {
  if (body.length === 0) return '';
  const rest = body.length - SHOWN_BYTES;
  const shown = new TextDecoder().decode(body.subarray(0, SHOWN_BYTES), { stream: rest > 0 });
  const text = printable(shown) + (rest > 0 ? `… (${rest} bytes more)` : '');
  return `${text.replaceAll(/^/gm, '    ')}\n`;
}
