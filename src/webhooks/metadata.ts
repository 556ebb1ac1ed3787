/** Pairs of text that a client keeps with a webhook or a delivery. Receivers do not get them. */
export type Metadata = Record<string, string>;

/** As openapi.yaml has them: a PATCH adds to the pairs that are there. */
const MAX_PAIRS = 20;
const MAX_NAME = 64;
const MAX_VALUE = 255;

/**
 * Why these pairs are refused, with the name of the field in front; undefined: they are taken.
 * openapi.yaml limits each value, so that the validator has looked at them in bodies.
 */
export function metadataFault(metadata: Metadata): string | undefined {
  const pairs = Object.entries(metadata);
  if (pairs.length > MAX_PAIRS) return `metadata: must NOT have more than ${MAX_PAIRS} properties`;
  for (const [name, value] of pairs) {
    const fault = pairFault(name, value);
    if (fault !== undefined) return `metadata.${beginning(name)}: ${fault}`;
  }
  return undefined;
}

/** Why one pair is refused; undefined: it is taken. */
function pairFault(name: string, value: string): string | undefined {
  if (name === '') return 'a name must NOT be empty';
  if (isLonger(name, MAX_NAME)) return `a name must NOT have more than ${MAX_NAME} characters`;
  if (!isText(name)) return `a name ${NO_TEXT}`;
  if (isLonger(value, MAX_VALUE)) return `must NOT have more than ${MAX_VALUE} characters`;
  return isText(value) ? undefined : NO_TEXT;
}

const NO_TEXT = 'must be text without U+0000 and without unpaired surrogates';

const isText = (text: string) => !text.includes('\0') && text.isWellFormed();

/** Characters are code points, as JSON Schema counts them: one or two units of UTF-16. */
function isLonger(text: string, characters: number): boolean {
  return text.length > characters && Array.from(text).length > characters;
}

/** As much of a name as a message shows. */
export const beginning = (name: string) =>
  Array.from(name).slice(0, MAX_NAME).join('').toWellFormed();
