import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { usePaged } from '../paged.ts';
import { ListOf } from '../parts/list-of.ts';
import { Moment } from '../parts/moment.ts';
import { State } from '../parts/state.ts';
import { goTo, hrefTo, route } from '../route.ts';
import { api } from '../session.ts';
import { Progress } from './progress.ts';
import { filterWords, KINDS, TONES } from './words.ts';

type Operation = Schemas['Operation'];

const COLUMNS = ['Asked for', 'What', 'State', 'Progress', 'Of what'];

/** Operations, and how far each is. */
export function OperationList(): View {
  const kind = route.value.query.get('kind') ?? '';
  const state = route.value.query.get('state') ?? '';
  const paged = usePaged<Operation>(`${kind} ${state}`, {
    read: async (page, signal) => {
      const given = { ...(kind && { kind }), ...(state && { state }) };
      const query = { ...(given as { kind?: Operation['kind'] }), ...page };
      const answer = await api.peek().get('/operations', { query, ...(signal && { signal }) });
      return { items: answer.operations, next_cursor: answer.next_cursor };
    },
    idOf: ({ id }) => id,
  });
  const choose = (changed: object) => goTo(['operations'], { kind, state, ...changed });
  return html`<section>
    <h1>Operations</h1>
    <search class="filter">
      <div class="fields">
        <${Choice}
          ...${{ label: 'What', value: kind, words: KINDS }}
          onChoose=${(chosen: string) => choose({ kind: chosen })}
        />
        <${Choice}
          ...${{ label: 'State', value: state, words: STATES }}
          onChoose=${(chosen: string) => choose({ state: chosen })}
        />
      </div>
    </search>
    <${ListOf}
      noun="operations"
      paged=${paged}
      columns=${COLUMNS}
      cells=${cells}
      empty="There is no such operation. They are kept for 30 days after their end."
    />
  </section>`;
}

const STATES = Object.fromEntries(Object.keys(TONES).map((state) => [state, state]));

type ChoiceProps = {
  label: string;
  value: string;
  words: Record<string, string>;
  onChoose: (value: string) => void;
};

function Choice({ label, value, words, onChoose }: ChoiceProps): View {
  const change = (event: Event) => onChoose((event.target as HTMLSelectElement).value);
  return html`<label>
    ${label}
    <select value=${value} onChange=${change}>
      <option value="">All</option>
      ${Object.entries(words).map(
        ([name, text]) => html`<option key=${name} value=${name}>${text}</option>`,
      )}
    </select>
  </label>`;
}

const cells = (operation: Operation) => [
  html`<a href=${hrefTo(['operations', operation.id])}
    ><${Moment} at=${operation.created_at}
  /></a>`,
  KINDS[operation.kind],
  html`<${State} tone=${TONES[operation.state]} words=${operation.state} />`,
  html`<${Progress} operation=${operation} />`,
  filterWords(operation).join(', '),
];
