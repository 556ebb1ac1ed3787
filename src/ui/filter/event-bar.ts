import { useId } from 'preact/hooks';
import { html, type View } from '../html.ts';
import { useOnce } from '../once.ts';
import { api } from '../session.ts';
import { useDraft } from './draft.ts';
import type { EventFilter } from './event-filter.ts';
import { MetadataField } from './metadata-field.ts';
import { TextField } from './text-field.ts';
import { TimeField } from './time-field.ts';

type EventBarProps = { filter: EventFilter; onSearch: (filter: EventFilter) => void };

const EMPTY: EventFilter = { metadata: {} };

/** The filter of events that is in the address. */
export function EventBar({ filter, onSearch }: EventBarProps): View {
  const { draft, change, choose, submit, clear, clearings } = useDraft(filter, onSearch, EMPTY);
  return html`<search>
    <form class="filter" onSubmit=${submit}>
      <div class="fields" key=${clearings}>
        <${TypeField} value=${draft.value.type} onChange=${(type?: string) => change({ type })} />
        <${TimeField}
          label="Created from"
          value=${draft.value['created_at.gte']}
          onChange=${(at?: string) => change({ 'created_at.gte': at })}
        />
        <${TimeField}
          label="Created before"
          value=${draft.value['created_at.lt']}
          onChange=${(at?: string) => change({ 'created_at.lt': at })}
        />
        <${MetadataField}
          pairs=${draft.value.metadata}
          onChange=${(metadata: Record<string, string>) => choose({ metadata })}
        />
      </div>
      <div class="actions">
        <button type="submit">Search</button>
        <button type="button" class="secondary outline" onClick=${clear}>Clear</button>
      </div>
    </form>
  </search>`;
}

type TypeFieldProps = {
  value: string | undefined;
  onChange: (type: string | undefined) => void;
  required?: boolean;
};

/** The name of an event type, of which those that exist are offered. */
export function TypeField({ value, onChange, required = false }: TypeFieldProps): View {
  const list = useId();
  const types = useOnce(async (signal) => {
    const query = { archived: false, limit: 1000 };
    return (await api.peek().get('/event-types', { query, signal })).event_types;
  });
  return html`<div>
    <${TextField} label="Event type" ...${{ list, value, onChange, required }} />
    <datalist id=${list}>
      ${types.value.value?.map(({ name }) => html`<option key=${name} value=${name} />`)}
    </datalist>
  </div>`;
}
