import { RE2JS } from 're2js';

/** A regular expression that looks at each character of a text once, however it was written. */
type Pattern = { test(text: string): boolean; toString(): string };

/** @throws PatternRefused */
export type PatternOf = (source: string) => Pattern;

/** Compiles each pattern once. */
export function keepingPatterns(): PatternOf {
  const kept = new Map<string, Pattern>();
  return (source) => {
    const pattern = kept.get(source) ?? linearPattern(source);
    kept.set(source, pattern);
    return pattern;
  };
}

/** A pattern that cannot be run in linear time, or that is none. */
export class PatternRefused extends Error {
  override name = 'PatternRefused';
}

/**
 * A pattern of JSON Schema, which is one of ECMAScript with the flag u, on RE2.
 * @throws PatternRefused
 */
function linearPattern(source: string): Pattern {
  try {
    // Whatever ECMAScript does not know, such as (?i) and \Q, RE2 does not get to see.
    RegExp(source, 'u');
  } catch (error) {
    throw new PatternRefused(`is no regular expression: ${reasonOf(error)}`);
  }
  const translated = translate(source);
  try {
    const compiled = RE2JS.compile(translated);
    return { test: (text) => compiled.test(text), toString: () => source };
  } catch (error) {
    throw new PatternRefused(`cannot be run in linear time: ${reasonOf(error)}`);
  }
}

/** What is behind the last colon: both engines repeat the whole pattern before that. */
function reasonOf(error: unknown): string {
  const { message } = error as Error;
  return message.replace(/^.*: /s, '').slice(0, 100);
}

/** ECMAScript's white space: RE2 knows that of ASCII alone. */
const SPACE =
  '\\t\\n\\v\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const NO_SPACE =
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}';

/** What RE2 writes in another way, in a class of characters and outside of one. */
const ESCAPES = [
  String.raw`\\u\{(?<point>[\dA-Fa-f]+)\}`,
  String.raw`\\u(?<high>[dD][89abAB][\dA-Fa-f]{2})\\u(?<low>[dD][c-fC-F][\dA-Fa-f]{2})`,
  String.raw`\\u(?<unit>[\dA-Fa-f]{4})`,
  String.raw`\\c(?<control>[A-Za-z])`,
  String.raw`\\(?<negated>[pP])\{(?<property>[^}]*)\}`,
  String.raw`\\(?<escaped>[\s\S])`,
];
const OUTSIDE = [
  ...ESCAPES,
  String.raw`(?<look>\(\?<?[=!])`,
  String.raw`(?<group>\(\?<[^>]*>)`,
  String.raw`(?<flags>\(\?[^:<])`,
  String.raw`(?<every>\[\^\])`,
  String.raw`(?<none>\[\])`,
  String.raw`(?<other>[\s\S])`,
];
const TOKENS = {
  outside: new RegExp(OUTSIDE.join('|'), 'uy'),
  inClass: new RegExp([...ESCAPES, String.raw`(?<other>[\s\S])`].join('|'), 'uy'),
};

type Token = Record<string, string | undefined>;

function translate(source: string): string {
  let place: keyof typeof TOKENS = 'outside';
  let result = '';
  for (let at = 0; at < source.length;) {
    const tokens: RegExp = TOKENS[place];
    tokens.lastIndex = at;
    const token: Token = tokens.exec(source)?.groups ?? {};
    at = tokens.lastIndex;
    result += place === 'outside' ? outside(token) : inClass(token);
    if (token['other'] === (place === 'outside' ? '[' : ']'))
      place = place === 'outside' ? 'inClass' : 'outside';
  }
  return result;
}

/** @throws PatternRefused for what no automaton can do */
function outside(token: Token): string {
  const { escaped, look, group, flags, every, none, other } = token;
  if (look !== undefined) throw refusal('it looks ahead or behind');
  if (flags !== undefined) throw refusal('it has flags in a group');
  if (escaped !== undefined && /[1-9k]/.test(escaped)) throw refusal('it refers to a group');
  if (group !== undefined) return '(?:';
  if (every !== undefined) return '[\\x{0}-\\x{10ffff}]';
  if (none !== undefined) return '[^\\x{0}-\\x{10ffff}]';
  if (escaped === 's') return `[${SPACE}]`;
  if (escaped === 'S') return `[${NO_SPACE}]`;
  if (other === '.') return '[^\\n\\r\\x{2028}\\x{2029}]';
  return common(token);
}

function inClass(token: Token): string {
  const { escaped, other } = token;
  if (escaped === 'b') return '\\x{8}';
  if (escaped === 's') return SPACE;
  if (escaped === 'S') return NO_SPACE;
  // RE2 would take it for the beginning of a name such as [:alpha:].
  return other === '[' ? '\\[' : common(token);
}

function common(token: Token): string {
  const { point, high, low = '', unit, control, property, escaped, other = '' } = token;
  if (high !== undefined)
    return character(String.fromCharCode(parseInt(high, 16), parseInt(low, 16)).codePointAt(0));
  if (control !== undefined) return character(control.charCodeAt(0) % 32);
  if (property !== undefined)
    return `\\${token['negated']}{${property.replace(/^(General_Category|gc|Script|sc)=/, '')}}`;
  if (escaped === '0') return '\\x{0}';
  if (escaped !== undefined) return `\\${escaped}`;
  return point === undefined && unit === undefined ? other : `\\x{${point ?? unit}}`;
}

function character(code = 0): string {
  return `\\x{${code.toString(16)}}`;
}

function refusal(reason: string): PatternRefused {
  return new PatternRefused(`cannot be run in linear time: ${reason}`);
}
