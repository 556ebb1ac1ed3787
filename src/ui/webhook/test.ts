import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { several } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { Dialog } from '../parts/dialog.ts';
import { DialogFooter } from '../parts/dialog-footer.ts';
import { fieldsOf } from '../parts/form-fields.ts';
import { State } from '../parts/state.ts';
import { useTask } from '../parts/task.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';

/** A test is answered after 35 s at the latest. */
const TIMEOUT_MS = 40_000;

type TestParts = {
  webhook: { id: string; name: string };
  changed: () => void;
  onClose: () => void;
};

/** Sends a test to a webhook, and shows what was sent and what came back. */
export function Test({ webhook, changed, onClose }: TestParts): View {
  const task = useTask();
  const result = useSignal<Schemas['WebhookTest'] | undefined>(undefined);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const { payload = '' } = fieldsOf(event);
    result.value = undefined;
    void task.run(async () => {
      result.value = await api.value.post('/webhooks/{webhook_id}/test', {
        path: { webhook_id: webhook.id },
        body: payload === '' ? {} : { payload },
        timeoutMs: TIMEOUT_MS,
      });
      changed();
    });
  }

  return html`<${Dialog} title=${`Test ${webhook.name}`} onClose=${onClose}>
    <form onSubmit=${submit}>
      <p>
        One delivery is sent now, whatever the state of the webhook. It has one attempt, and counts
        for nothing else.
      </p>
      ${payloadField()}
      <div aria-live="polite">${result.value && html`<${Result} of=${result.value} />`}</div>
      <${DialogFooter}
        verb=${result.value === undefined ? 'Send the test' : 'Send it again'}
        leave="Close"
        task=${task}
        onClose=${onClose}
      />
    </form>
  <//>`;
}

function payloadField(): View {
  return html`<div>
    <label for="test-payload">Payload</label>
    <textarea
      id="test-payload"
      name="payload"
      rows="3"
      spellcheck=${false}
      aria-describedby="test-payload-help"
    ></textarea>
    <small id="test-payload-help">Leave it empty, and a JSON document of Postmand is sent.</small>
  </div>`;
}

function Result({ of: { delivery, attempt } }: { of: Schemas['WebhookTest'] }): View {
  const link = html`<a href=${hrefTo(['deliveries', delivery.id])}>The delivery</a>`;
  if (attempt === null)
    return html`<p>
      <${State} tone="warn" words="no attempt yet" /> It has not ended, as if no worker ran. ${link}
      shows what becomes of it.
    </p>`;
  return html`<div>
    <p>
      ${
        attempt.success
          ? html`<${State} tone="well" words="succeeded" />`
          : html`<${State} tone="bad" words="failed" />`
      }
      ${' '}${attemptWords(attempt)} ${link}
    </p>
    <details open>
      <summary>Response</summary>
      ${attempt.raw_response === '' ? html`<p>None came.</p>` : html`<pre>${attempt.raw_response}</pre>`}
    </details>
    <details>
      <summary>Request</summary>
      <pre>${attempt.raw_request}</pre>
    </details>
  </div>`;
}

function attemptWords({ response_status_code, error, execution_duration }: Attempt): string {
  const what = error === '' ? `Status ${response_status_code}` : `No answer: ${error}`;
  return `${what}, after ${several(execution_duration, 'ms', 'ms')}.`;
}

type Attempt = Schemas['DeliveryAttempt'];
