import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { DeliveryFilter } from '../filter/delivery-filter.ts';
import { useDraft } from '../filter/draft.ts';
import { MetadataField } from '../filter/metadata-field.ts';
import { StatusField } from '../filter/status-field.ts';
import { TextField } from '../filter/text-field.ts';
import { TimeField } from '../filter/time-field.ts';
import { WebhookField } from '../filter/webhook-field.ts';
import { html, type View } from '../html.ts';

type FilterBarProps = {
  filter: DeliveryFilter;
  onSearch: (filter: DeliveryFilter) => void;
};

const EMPTY: DeliveryFilter = { metadata: {} };

/** The filter that is in the address. What the reader changes counts once they search. */
export function FilterBar({ filter, onSearch }: FilterBarProps): View {
  const { draft, change, choose, submit, clear, clearings } = useDraft(filter, onSearch, EMPTY);
  const parts = { draft: draft.value, change, choose };
  return html`<search>
    <form class="filter" onSubmit=${submit}>
      <${FirstFields} key=${`first ${clearings}`} ...${parts} />
      <${MoreFields} key=${`more ${clearings}`} ...${parts} />
      <div class="actions">
        <button type="submit">Search</button>
        <button type="button" class="secondary outline" onClick=${clear}>Clear</button>
      </div>
    </form>
  </search>`;
}

type Change = (changed: Partial<DeliveryFilter>) => void;
type FieldsProps = { draft: DeliveryFilter; change: Change; choose: Change };

function FirstFields({ draft, change, choose }: FieldsProps): View {
  return html`<div class="fields">
    <${WebhookField}
      value=${draft.webhook_id}
      onChange=${(webhook_id: string | undefined) => choose({ webhook_id })}
    />
    <${StatusField} filter=${draft} onChange=${choose} />
    <${TimeField}
      label="Created from"
      value=${draft['created_at.gte']}
      onChange=${(at: string | undefined) => change({ 'created_at.gte': at })}
    />
    <${TimeField}
      label="Created before"
      value=${draft['created_at.lt']}
      onChange=${(at: string | undefined) => change({ 'created_at.lt': at })}
    />
  </div>`;
}

/** What is looked for more seldom; open where the address has some of it. */
function MoreFields({ draft, change, choose }: FieldsProps): View {
  const isUsed =
    Object.keys(draft.metadata).length > 0 ||
    draft.ordering_key !== undefined ||
    draft.event_id !== undefined;
  const isOpen = useSignal(isUsed);
  useEffect(() => {
    if (isUsed) isOpen.value = true;
  }, [isUsed]);
  return html`<details
    open=${isOpen.value}
    onToggle=${(event: Event) => (isOpen.value = (event.target as HTMLDetailsElement).open)}
  >
    <summary>By metadata, ordering key, event</summary>
    <div class="fields">
      <${MetadataField}
        pairs=${draft.metadata}
        onChange=${(metadata: Record<string, string>) => choose({ metadata })}
      />
      <${TextField}
        label="Ordering key"
        value=${draft.ordering_key}
        onChange=${(ordering_key: string | undefined) => change({ ordering_key })}
      />
      <${TextField}
        label="Event id"
        value=${draft.event_id}
        onChange=${(event_id: string | undefined) => change({ event_id })}
      />
    </div>
  </details>`;
}
