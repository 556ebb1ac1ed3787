import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Gives a text a colour, or leaves it as it is. */
export type Paint = (format: Format, text: string) => string;

/** Colours are for terminals, and for people who have not set NO_COLOR (https://no-color.org). */
export function painter(output: { isTTY?: boolean }): Paint {
  const isColoured = output.isTTY === true && !process.env['NO_COLOR'];
  return (format, text) => (isColoured ? styleText(format, text, { validateStream: false }) : text);
}
