import { html, type View } from '../html.ts';

type Block = { kind: 'text' | 'list' | 'table'; lines: string[] };

/**
 * Text in Markdown as the descriptions of the API are written: paragraphs, lists, tables, code,
 * links, and what is strong. It becomes elements, never markup.
 */
export function Prose({ text }: { text: string }): View {
  return html`<div class="prose">${blocksOf(text).map((block) => blockView(block))}</div>`;
}

/** The first paragraph, where it is plain text, and what follows it. */
export function leadOf(text: string): [lead: string, rest: string] {
  const [lead = '', ...rest] = text.trim().split(/\n\s*\n/);
  return /^[-|]/.test(lead) ? ['', text] : [lead, rest.join('\n\n')];
}

function blocksOf(text: string): Block[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .filter((block) => block !== '')
    .map((block) => {
      if (block.startsWith('|')) return { kind: 'table', lines: block.split('\n') };
      if (block.startsWith('- ')) return { kind: 'list', lines: block.slice(2).split(/\n- /) };
      return { kind: 'text', lines: [block] };
    });
}

function blockView({ kind, lines }: Block): View {
  switch (kind) {
    case 'text':
      return html`<p>${inline(lines.join(' '))}</p>`;
    case 'list':
      return html`<ul>
        ${lines.map((line) => html`<li>${inline(line)}</li>`)}
      </ul>`;
    case 'table':
      return tableView(lines.map((line) => line.replace(/^\||\|$/g, '').split('|')));
  }
}

/** The second line of a table only parts its head from its body. */
function tableView([head = [], , ...body]: string[][]): View {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table">
    <table>
      <thead>
        <tr>
          ${head.map((cell) => html`<th scope="col">${inline(cell)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${body.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${inline(cell)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const INLINE = /(`[^`]+`|\[[^\]]+\]\(https?:[^)\s]+\)|\*\*[^*]+\*\*)/;

/** Code, links and what is strong within a text. */
export function inline(text: string): (string | View)[] {
  return text.split(INLINE).map((part, i) => {
    if (i % 2 === 0) return part;
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    if (part.startsWith('**')) return html`<strong>${part.slice(2, -2)}</strong>`;
    const [, words, href] = /^\[(.*)\]\((.*)\)$/.exec(part) ?? [];
    return html`<a href=${href} rel="noreferrer noopener" target="_blank">${words}</a>`;
  });
}
