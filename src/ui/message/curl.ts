import { messageOf } from './http-message.ts';

/** curl makes them itself. */
const OWN = new Set(['host', 'content-length', 'connection']);

/**
 * A command line that sends the same request. What is concealed (`***`) stays so. `url` is that of
 * the webhook, of which the scheme is taken; the request itself says host and path.
 */
export function curlOf(rawRequest: string, url: string): string | undefined {
  const message = messageOf(rawRequest);
  const [, method = 'POST', path] = /^(\S+) (\S+) HTTP/.exec(message?.start ?? '') ?? [];
  const host = message?.headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  if (message === undefined || path === undefined || host === undefined) return undefined;
  const scheme = /^http:/i.test(url) ? 'http' : 'https';
  const lines = [
    // Else curl would make several URLs of one with braces.
    `curl --globoff --request ${quoted(method)} ${quoted(`${scheme}://${host}${path}`)}`,
    ...message.headers
      .filter(([name]) => !OWN.has(name.toLowerCase()))
      .map(
        ([name, value]) => `--header ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`,
      ),
    `--data-raw ${quoted(message.body)}`,
  ];
  return lines.join(' \\\n  ');
}

/** What a terminal could be made to do something with: all but the end of a line, within quotes. */
const CONTROLS = /[\p{Cc}\p{Cf}]/gu;

/** A text as one word of a shell: in plain quotes, or in those that have escapes (bash, zsh). */
function quoted(text: string): string {
  if (text.replaceAll('\n', '').search(CONTROLS) === -1)
    return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = text.replaceAll(/[\\']/g, (one) => `\\${one}`).replaceAll(CONTROLS, escapeOf);
  return `$'${escaped}'`;
}

function escapeOf(control: string): string {
  const code = control.codePointAt(0) ?? 0;
  return control === '\n' ? String.raw`\n` : `\\U${code.toString(16).padStart(8, '0')}`;
}
