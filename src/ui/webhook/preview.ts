import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { Dialog } from '../parts/dialog.ts';
import { DialogFooter } from '../parts/dialog-footer.ts';
import { fieldsOf } from '../parts/form-fields.ts';
import { State } from '../parts/state.ts';
import { useTask } from '../parts/task.ts';
import { api } from '../session.ts';
import type { ActionParts } from './action-parts.ts';
import { MISMATCHES } from './mismatch.ts';

const TYPES = 200;

/** Shows whether a webhook would get an event, and the request that would tell of it. */
export function Preview({ webhook, onClose }: ActionParts & { onClose: () => void }): View {
  const task = useTask();
  const preview = useSignal<Schemas['WebhookPreview'] | undefined>(undefined);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const { type = '', payload = '', key = '' } = fieldsOf(event);
    preview.value = undefined;
    void task.run(async () => {
      preview.value = await api.value.post('/webhooks/{webhook_id}/preview', {
        path: { webhook_id: webhook.id },
        body: { type, payload, ...(key === '' ? {} : { ordering_key: key }) },
      });
    });
  }

  return html`<${Dialog} title=${`Preview an event for ${webhook.name}`} onClose=${onClose}>
    <form onSubmit=${submit}>
      <p>Nothing is stored, and nothing is sent.</p>
      <${EventFields} />
      <div aria-live="polite">${preview.value && html`<${Shown} of=${preview.value} />`}</div>
      <${DialogFooter} verb="Preview" leave="Close" task=${task} onClose=${onClose} />
    </form>
  <//>`;
}

/** The event types are offered, but others may be typed. */
function EventFields(): View {
  const types = useLive('types', (signal) =>
    api.value.get('/event-types', { query: { limit: TYPES, archived: false }, signal }),
  );
  return html`<div>
    <label>
      Event type
      <input name="type" list="preview-types" required maxlength="128" autocomplete="off" />
    </label>
    <datalist id="preview-types">
      ${types.value.value?.event_types.map(({ name }) => html`<option value=${name}></option>`)}
    </datalist>
    <label>
      Payload
      <textarea name="payload" rows="4" spellcheck=${false}></textarea>
    </label>
    <label>
      Ordering key, if any
      <input name="key" maxlength="255" autocomplete="off" />
    </label>
  </div>`;
}

function Shown({ of: { mismatch, request } }: { of: Schemas['WebhookPreview'] }): View {
  const head = request.headers.map(({ name, value }) => `${name}: ${value}`).join('\n');
  return html`<div>
    <p>
      ${
        mismatch === null
          ? html`<span><${State} tone="well" words="it gets this event" /> The request:</span>`
          : html`<span>
              <${State} tone="warn" words="it does not get this event" /> ${MISMATCHES[mismatch]} If
              it did, the request would be:
            </span>`
      }
    </p>
    <pre>${`${request.method} ${request.url}\n${head}\n\n${request.body}`}</pre>
  </div>`;
}
