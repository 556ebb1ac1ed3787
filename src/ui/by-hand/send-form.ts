import { useSignal, type Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { MetadataField } from '../filter/metadata-field.ts';
import { TextField } from '../filter/text-field.ts';
import { TimeField } from '../filter/time-field.ts';
import { html, type View } from '../html.ts';
import { Confirm } from '../parts/confirm.ts';

/** What a delivery and an event have in common. */
export type Sent = {
  payload: string;
  ordering_key?: string;
  send_at?: string;
  metadata: Record<string, string>;
};

type Draft = {
  payload: string;
  ordering_key: string | undefined;
  send_at: string | undefined;
  metadata: Record<string, string>;
};

type SendFormProps = {
  title: string;
  verb: string;
  /** Sends it. @returns what to say when it is done */
  send: (sent: Sent) => Promise<string>;
  onClose: () => void;
  /** To whom, or of what type. */
  children: ComponentChildren;
};

/** Asks what is to be sent by hand. */
export function SendForm({ title, verb, send, onClose, children }: SendFormProps): View {
  const draft = useSignal<Draft>({
    ...{ payload: '{}', ordering_key: undefined, send_at: undefined, metadata: {} },
  });
  const work = () => send(given(draft.value));
  return html`<${Confirm} ...${{ title, verb, work, onClose }}>
    ${children}
    <${Fields} draft=${draft} />
  <//>`;
}

function Fields({ draft }: { draft: Signal<Draft> }): View {
  const change = (changed: Partial<Draft>) => {
    draft.value = { ...draft.value, ...changed };
  };
  return html`<div>
    <label>
      Payload
      <textarea
        rows="8"
        spellcheck="false"
        value=${draft.value.payload}
        onInput=${(event: InputEvent) =>
          change({ payload: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
    </label>
    <details>
      <summary>Metadata, ordering key, time</summary>
      <${MetadataField}
        pairs=${draft.value.metadata}
        onChange=${(metadata: Record<string, string>) => change({ metadata })}
      />
      <${TextField}
        label="Ordering key"
        value=${draft.value.ordering_key}
        onChange=${(ordering_key?: string) => change({ ordering_key })}
      />
      <${TimeField}
        label="Not before"
        value=${draft.value.send_at}
        onChange=${(send_at?: string) => change({ send_at })}
      />
    </details>
  </div>`;
}

function given({ ordering_key, send_at, ...others }: Draft): Sent {
  return {
    ...others,
    ...(ordering_key === undefined ? {} : { ordering_key }),
    ...(send_at === undefined ? {} : { send_at }),
  };
}
