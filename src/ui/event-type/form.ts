import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { notice, wordsOf } from '../notices.ts';
import { Dialog } from '../parts/dialog.ts';
import { useTask } from '../parts/task.ts';
import { goTo } from '../route.ts';
import { api } from '../session.ts';
import { draftOf, faultOf, given, type Draft, type Fault } from './draft.ts';

type EventType = Schemas['EventType'];

/** Creates an event type. */
export function CreateType({ onClose }: { onClose: () => void }): View {
  const save = async (draft: Draft) => {
    const body = { name: draft.name, ...given(draft) };
    const type = await api.peek().post('/event-types', { body });
    goTo(['event-types', type.name]);
    return `The event type ${type.name} is created.`;
  };
  return html`<${TypeForm} title="New event type" save=${save} onClose=${onClose} />`;
}

type EditTypeProps = { type: EventType; etag: string | undefined; onClose: () => void };

/** Changes an event type; refused where somebody else has changed it meanwhile. */
export function EditType({ type, etag, onClose }: EditTypeProps): View {
  const before = draftOf(type);
  const save = async (draft: Draft) => {
    const path = { event_type: type.name };
    const header = etag === undefined ? {} : { 'If-Match': etag };
    const body = given(draft, before);
    const { version } = await api.peek().patch('/event-types/{event_type}', { path, header, body });
    return version === type.version ? 'It is changed.' : `It is changed: version ${version}.`;
  };
  return html`<${TypeForm} title=${`Change ${type.name}`} ...${{ before, save, onClose }} />`;
}

type TypeFormProps = {
  title: string;
  /** What it is until now. Undefined: it is new, and needs a name. */
  before?: Draft;
  /** @returns what to say when it is done */
  save: (draft: Draft) => Promise<string>;
  onClose: () => void;
};

/** The settings of an event type. What is wrong with one is told beside it. */
function TypeForm({ title, before, save, onClose }: TypeFormProps): View {
  const draft = useSignal(before ?? draftOf(undefined));
  const task = useTask();
  // The same until the next try, so that the focus goes to the field once.
  const fault = useComputed(() => faultOf(task.fault.value)).value;
  const change = (name: keyof Draft) => (value: string) => {
    draft.value = { ...draft.value, [name]: value };
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const isDone = await task.run(async () => {
      notice.value = { kind: 'done', text: await save(draft.value) };
    });
    if (isDone) onClose();
  };
  const field = (name: keyof Draft) => ({ value: draft.value[name], fault, name, change });
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <form onSubmit=${submit} novalidate>
      ${before === undefined && html`<${Field} label="Name" help=${NAME} ...${field('name')} />`}
      <${Field} label="Description" rows=${2} ...${field('description')} />
      <${Field} label="JSON Schema of payloads" rows=${10} help=${SCHEMA} ...${field('schema')} />
      <${Field} label="Example of a payload" rows=${5} help=${EXAMPLE} ...${field('example')} />
      <${Compatibility} value=${draft.value.compatibility} onChange=${change('compatibility')} />
      ${
        task.fault.value !== undefined &&
        fault?.field === undefined &&
        html`<p class="fault" role="alert">${wordsOf(task.fault.value)}</p>`
      }
      <footer>
        <button type="button" class="secondary outline" onClick=${onClose}>Leave it</button>
        <button type="submit" aria-busy=${task.isWorking.value}>Save</button>
      </footer>
    </form>
  <//>`;
}

const NAME = 'Small letters, digits and _, with dots between its parts: order.paid';
const SCHEMA = 'JSON Schema 2020-12, as JSON. Empty: any payload fits.';
const EXAMPLE = 'As JSON. Empty: there is none.';

type FieldProps = {
  label: string;
  name: keyof Draft;
  value: string;
  fault: Fault | undefined;
  change: (name: keyof Draft) => (value: string) => void;
  help?: string;
  rows?: number;
};

/** A text, with what is wrong with it. The focus goes to it then. */
function Field({ label, name, value, fault, change, help = '', rows }: FieldProps): View {
  const id = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  const isWrong = fault?.field === name;
  useEffect(() => {
    if (isWrong) input.current?.focus();
  }, [fault]);
  const shared = {
    ...{ id, value, ref: input, spellcheck: false, autocomplete: 'off' },
    'aria-invalid': isWrong ? 'true' : undefined,
    'aria-describedby': `${id}-help`,
    onInput: (event: InputEvent) => change(name)((event.target as HTMLInputElement).value),
  };
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${
      rows === undefined
        ? html`<input type="text" ...${shared} />`
        : html`<textarea rows=${rows} class=${name} ...${shared}></textarea>`
    }
    <small id=${`${id}-help`} role=${isWrong ? 'alert' : undefined}>
      ${isWrong ? fault.words : help}
    </small>
  </div>`;
}

type CompatibilityProps = { value: string; onChange: (value: string) => void };

function Compatibility({ value, onChange }: CompatibilityProps): View {
  const change = (event: Event) => onChange((event.target as HTMLSelectElement).value);
  return html`<label>
    Which schemas may follow this one
    <select value=${value} onChange=${change}>
      <option value="backward">those that take what it takes (backward)</option>
      <option value="none">any, also one that breaks receivers (none)</option>
    </select>
  </label>`;
}
