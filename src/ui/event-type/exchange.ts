import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { several } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { doing } from '../notices.ts';
import { Confirm } from '../parts/confirm.ts';
import { api } from '../session.ts';

/** Saves all types that are in use as an OpenAPI document. */
export function Export(): View {
  const save = () =>
    doing(async () => {
      const document = await api.peek().get('/event-types/openapi.json');
      download('event-types.openapi.json', JSON.stringify(document, null, 2));
      return 'The document is in your downloads.';
    });
  return html`<button type="button" class="secondary outline" onClick=${save}>Export</button>`;
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

type ImportProps = { onClose: () => void; onDone: () => Promise<void> };

/** Takes an OpenAPI document, from a file or as text. */
export function Import({ onClose, onDone }: ImportProps): View {
  const text = useSignal('');
  const choose = async (event: Event) => {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    if (file !== undefined) text.value = await file.text();
  };
  const work = async () => {
    const body = parsed(text.value);
    const done = await api.peek().post('/event-types/openapi.json', { body });
    await onDone();
    return importWords(done);
  };
  const parts = { title: 'Import event types', verb: 'Import them', work, onClose };
  return html`<${Confirm} ...${parts}>
    <p>
      Each member of the document’s webhooks becomes an event type: one that is missing is created,
      one that differs is changed. All of it is done, or nothing.
    </p>
    <label>
      OpenAPI 3.1 document
      <input type="file" accept=".json,application/json" onChange=${choose} />
    </label>
    <label>
      Or its text
      <textarea
        rows="8"
        required
        spellcheck="false"
        value=${text.value}
        onInput=${(event: InputEvent) => (text.value = (event.target as HTMLTextAreaElement).value)}
      ></textarea>
    </label>
  <//>`;
}

function parsed(text: string): Schemas['EventTypesDocument'] {
  try {
    return JSON.parse(text) as Schemas['EventTypesDocument'];
  } catch (error) {
    throw new Error(`This is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

const importWords = ({ created, updated, unchanged }: Schemas['EventTypeImport']): string =>
  `${several(created.length, 'type')} created, ${updated.length} changed, ${unchanged.length} as they were.`;
