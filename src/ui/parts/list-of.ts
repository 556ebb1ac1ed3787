import type { ComponentChildren } from 'preact';
import { html, type View } from '../html.ts';
import type { Paged } from '../paged.ts';
import type { Shown } from '../shown.ts';
import { Loaded } from './loaded.ts';

type ListOfProps<Item> = {
  /** What the items are called, such as "deliveries". */
  noun: string;
  paged: Paged<Item>;
  /** What is told where there is none. */
  empty: View;
  columns: readonly string[];
  /** What is in the cells of a row; the first one says which row it is. */
  cells: (item: Item) => ComponentChildren[];
};

/**
 * A table of what was read. It stays as it is under the eyes of the reader: what is new is told
 * above it, and shown when they want that.
 */
export function ListOf<Item>(props: ListOfProps<Item>): View {
  const { paged, empty } = props;
  const show = (shown: Shown<Item>) =>
    html`<div>
      <${Fresh} ...${props} shown=${shown} />
      ${
        shown.items.length === 0
          ? html`<p class="nothing">${empty}</p>`
          : html`<${Table} ...${props} shown=${shown} />`
      }
      <${More} paged=${paged} shown=${shown} />
    </div>`;
  return html`<${Loaded} of=${paged.live} show=${show} />`;
}

type ShownProps<Item> = ListOfProps<Item> & { shown: Shown<Item> };

/** The line is always there, so that nothing moves when it has something to say. */
function Fresh<Item>({ noun, paged, shown: { fresh, freshIsLeast } }: ShownProps<Item>): View {
  return html`<p class="fresh" role="status">
    ${
      fresh > 0 &&
      html`<button type="button" class="small outline" onClick=${paged.renew}>
        ${`${fresh}${freshIsLeast ? '+' : ''} new ${noun}, show`}
      </button>`
    }
  </p>`;
}

/** The roles are said, as browsers forget them where a small screen shows the rows as a list. */
function Table<Item>(props: ShownProps<Item>): View {
  const { noun, columns, shown } = props;
  return html`<div class="scroll rows" tabindex="0" role="region" aria-label=${`Table of ${noun}`}>
    <table role="table">
      <caption>
        ${noun}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${columns.map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${shown.items.map(
          (item) => html`<${Row} key=${props.paged.idOf(item)} ...${props} item=${item} />`,
        )}
      </tbody>
    </table>
  </div>`;
}

type RowProps<Item> = ShownProps<Item> & { item: Item };

function Row<Item>({ paged, columns, cells, shown, item }: RowProps<Item>): View {
  const isGone = shown.gone.has(paged.idOf(item));
  const [head, ...others] = cells(item);
  return html`<tr role="row" class=${isGone ? 'gone' : undefined}>
    <th scope="row" role="rowheader">
      ${head} ${isGone && html`<small>not in this list any more</small>`}
    </th>
    ${others.map(
      (cell, i) =>
        html`<td
          role="cell"
          data-label=${columns[i + 1]}
          class=${isEmpty(cell) ? 'empty' : undefined}
        >
          ${cell}
        </td>`,
    )}
  </tr>`;
}

const isEmpty = (cell: ComponentChildren) => cell === null || cell === '';

type MoreProps<Item> = { paged: Paged<Item>; shown: Shown<Item> };

function More<Item>({ paged, shown: { cursor } }: MoreProps<Item>): View {
  if (cursor === null) return null;
  return html`<p class="actions">
    <button
      type="button"
      class="secondary outline"
      aria-busy=${paged.isReading.value}
      onClick=${() => paged.more()}
    >
      Show more
    </button>
  </p>`;
}
