import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const DOCUMENT = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));

const BEGIN = '<!-- results: begin (written by npm run bench -- --write) -->';
const END = '<!-- results: end -->';

/**
 * Replaces what stands between the two markers of docs/benchmarks.md. @throws where they are
 * missing, and changes nothing.
 */
export async function writeResults(markdown: string): Promise<string> {
  const text = await readFile(DOCUMENT, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from)
    throw new Error(`${DOCUMENT} needs these two lines, in this order:\n${BEGIN}\n${END}`);
  await writeFile(
    DOCUMENT,
    `${text.slice(0, from + BEGIN.length)}\n\n${markdown.trim()}\n\n${text.slice(to)}`,
  );
  return DOCUMENT;
}
