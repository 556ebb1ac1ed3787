import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { usePaged } from '../paged.ts';
import { ListOf } from '../parts/list-of.ts';
import { Moment } from '../parts/moment.ts';
import { State } from '../parts/state.ts';
import { goTo, hrefTo, route } from '../route.ts';
import { api } from '../session.ts';
import { Export, Import } from './exchange.ts';
import { CreateType } from './form.ts';

type EventType = Schemas['EventType'];

const COLUMNS = ['Name', 'Description', 'State', 'Version', 'Changed'];

/** All event types, by name. */
export function EventTypeList(): View {
  const isArchived = route.value.query.get('archived') === 'true';
  const open = useSignal<'create' | 'import' | undefined>(undefined);
  const close = () => (open.value = undefined);
  const paged = usePaged<EventType>(String(isArchived), {
    read: async (page, signal) => {
      const query = { archived: isArchived, ...page };
      const answer = await api.peek().get('/event-types', { query, ...(signal && { signal }) });
      return { items: answer.event_types, next_cursor: answer.next_cursor };
    },
    idOf: ({ name }) => name,
  });
  const reload = () => paged.live.reload();
  return html`<section>
    <div class="head">
      <h1>Event types</h1>
      <div class="actions">
        <button type="button" onClick=${() => (open.value = 'create')}>New event type</button>
        <button type="button" class="secondary outline" onClick=${() => (open.value = 'import')}>
          Import
        </button>
        <${Export} />
      </div>
    </div>
    <${ArchivedSwitch} isArchived=${isArchived} />
    <${ListOf}
      ...${{ noun: 'event types', paged, columns: COLUMNS, cells }}
      empty=${isArchived ? 'None is archived.' : 'There is none yet.'}
    />
    ${open.value === 'create' && html`<${CreateType} onClose=${close} />`}
    ${open.value === 'import' && html`<${Import} onClose=${close} onDone=${reload} />`}
  </section>`;
}

function ArchivedSwitch({ isArchived }: { isArchived: boolean }): View {
  const archived = isArchived ? undefined : 'true';
  return html`<label>
    <input
      type="checkbox"
      role="switch"
      checked=${isArchived}
      onChange=${() => goTo(['event-types'], { archived })}
    />
    Those that are archived
  </label>`;
}

const cells = (type: EventType) => [
  html`<a href=${hrefTo(['event-types', type.name])}>${type.name}</a>`,
  type.description,
  html`<${TypeState} type=${type} />`,
  type.version,
  html`<${Moment} at=${type.updated_at} />`,
];

/** Whether events of a type are taken. */
export function TypeState({ type }: { type: EventType }): View {
  return type.archived_at === null
    ? html`<${State} tone="well" words="in use" />`
    : html`<${State} tone="calm" words="archived" />`;
}
