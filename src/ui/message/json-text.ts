/** A longer text is shown as it is: laying it out would hold the page up. */
const MOST_CHARACTERS = 262_144;

/**
 * What is nested deeper is not moved further to the right. An endpoint may answer thousands of
 * brackets, whose spaces would be more than a browser can hold.
 */
const MOST_INDENTED = 50;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * JSON with a line for each member. Numbers and texts stay as they are written, so that what is
 * shown is what was sent. Undefined where the text is no JSON object or array.
 */
export function prettyJson(text: string): string | undefined {
  if (text.length > MOST_CHARACTERS || !/^\s*[{[]/.test(text) || !isJson(text)) return undefined;
  const parts: string[] = [];
  let depth = 0;
  const line = () => `\n${'  '.repeat(Math.min(depth, MOST_INDENTED))}`;
  const tokens = text.match(TOKEN) ?? [];
  tokens.forEach((token, i) => {
    const isEmpty = '}]'.includes(tokens[i + 1] ?? ' ') && '{['.includes(token);
    const wasEmpty = '{['.includes(tokens[i - 1] ?? ' ');
    if (token === '{' || token === '[') {
      depth++;
      parts.push(token, isEmpty ? '' : line());
    } else if (token === '}' || token === ']') {
      depth--;
      parts.push(wasEmpty ? '' : line(), token);
    } else if (token === ',') parts.push(token, line());
    else parts.push(token, token === ':' ? ' ' : '');
  });
  return parts.join('');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
