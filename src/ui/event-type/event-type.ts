import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { Fact } from '../delivery/facts.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { LongText } from '../message/long-text.ts';
import { doing } from '../notices.ts';
import { Confirm } from '../parts/confirm.ts';
import { CopyButton } from '../parts/copy-button.ts';
import { Loaded } from '../parts/loaded.ts';
import { Moment } from '../parts/moment.ts';
import { hrefTo } from '../route.ts';
import { EmitEvent } from '../by-hand/emit-event.ts';
import { api } from '../session.ts';
import { EditType } from './form.ts';
import { TypeState } from './list.ts';

type EventType = Schemas['EventType'];
type Tagged = { value: EventType; etag: string | undefined };

/** An event type: what it means, and what its payloads look like. */
export function EventTypePage({ name }: { name: string }): View {
  const path = { event_type: name };
  const live = useLive(name, (signal) =>
    api.peek().getTagged('/event-types/{event_type}', { path, signal }),
  );
  const show = (tagged: Tagged) =>
    html`<div>
      <div class="head">
        <h1>${tagged.value.name}</h1>
        <${Deeds} tagged=${tagged} reload=${() => live.reload()} />
      </div>
      <${TypeFacts} type=${tagged.value} />
      <div class="halves">
        <${Json} title="Schema" value=${tagged.value.schema} nothing="Any payload fits." />
        <${Json} title="Example" value=${tagged.value.example} nothing="There is none." />
      </div>
    </div>`;
  return html`<section>
    <p class="way"><a href=${hrefTo(['event-types'])}>Event types</a></p>
    <${Loaded} of=${live} show=${show} />
  </section>`;
}

function TypeFacts({ type }: { type: EventType }): View {
  return html`<div>
    <p>${type.description}</p>
    <dl class="facts">
      <${Fact} name="State"><${TypeState} type=${type} /><//>
      <${Fact} name="Version">${type.version}<//>
      <${Fact} name="Changed"><${Moment} at=${type.updated_at} /><//>
      <${Fact} name="Schemas that may follow">
        ${type.compatibility === 'backward' ? 'those that take what this one takes' : 'any'}
      <//>
      <${Fact} name="Events">
        <a href=${hrefTo(['events'], { type: type.name })}>Events of this type</a>
      <//>
    </dl>
  </div>`;
}

type JsonProps = { title: string; value: unknown; nothing: string };

function Json({ title, value, nothing }: JsonProps): View {
  const text = value === null ? undefined : JSON.stringify(value, null, 2);
  return html`<section>
    <div class="head">
      <h2>${title}</h2>
      ${text !== undefined && html`<${CopyButton} text=${text} what=${title.toLowerCase()} />`}
    </div>
    ${
      text === undefined
        ? html`<p class="muted">${nothing}</p>`
        : html`<${LongText} text=${text} label=${title} />`
    }
  </section>`;
}

type DeedsProps = { tagged: Tagged; reload: () => Promise<void> };

/** What can be done with a type. */
function Deeds({ tagged: { value: type, etag }, reload }: DeedsProps): View {
  const open = useSignal<'edit' | 'emit' | 'archive' | undefined>(undefined);
  const close = () => {
    open.value = undefined;
    void reload();
  };
  const isArchived = type.archived_at !== null;
  const opening = (what: 'edit' | 'emit' | 'archive') => () => (open.value = what);
  return html`<div class="actions">
    ${
      isArchived
        ? html`<button type="button" onClick=${() => restore(type.name, reload)}>Restore</button>`
        : html`<button type="button" onClick=${opening('emit')}>Emit an event</button>`
    }
    <button type="button" class="secondary outline" onClick=${opening('edit')}>Change</button>
    ${
      !isArchived &&
      html`<button type="button" class="danger" onClick=${opening('archive')}>Archive</button>`
    }
    ${open.value === 'edit' && html`<${EditType} type=${type} etag=${etag} onClose=${close} />`}
    ${open.value === 'emit' && html`<${EmitEvent} type=${type.name} onClose=${close} />`}
    ${open.value === 'archive' && html`<${Archive} name=${type.name} onClose=${close} />`}
  </div>`;
}

async function restore(name: string, reload: () => Promise<void>): Promise<void> {
  await doing(async () => {
    const path = { event_type: name };
    await api.peek().post('/event-types/{event_type}/restore', { path });
    await reload();
    return `${name} is in use again.`;
  });
}

type ArchiveProps = { name: string; onClose: () => void };

function Archive({ name, onClose }: ArchiveProps): View {
  const archive = async () => {
    const path = { event_type: name };
    await api.peek().post('/event-types/{event_type}/archive', { path });
    return `${name} is archived.`;
  };
  const parts = { title: `Archive ${name}?`, verb: 'Archive it', work: archive, onClose };
  return html`<${Confirm} ...${parts} danger>
    <p>No event of this type is taken any more, until it is restored.</p>
  <//>`;
}
