import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { CopyButton } from '../parts/copy-button.ts';
import { Dialog } from '../parts/dialog.ts';
import { DialogFooter } from '../parts/dialog-footer.ts';
import { fieldsOf } from '../parts/form-fields.ts';
import { useTask } from '../parts/task.ts';
import { api } from '../session.ts';

type RotateParts = {
  webhook: Schemas['Webhook'];
  onRotated: () => void;
  onClose: () => void;
};

const OVERLAPS = [
  [0, 'not at all: it ends at once'],
  [3600, '1 hour'],
  [86_400, '1 day'],
  [604_800, '1 week'],
] as const;

/** Gives a webhook another secret, and shows that. */
export function Rotate({ webhook, onRotated, onClose }: RotateParts): View {
  const made = useSignal<Schemas['NewWebhookSecret'] | undefined>(undefined);
  const task = useTask();

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const { secret, overlap, hub } = fieldsOf(event);
    void task.run(async () => {
      made.value = await api.value.post('/webhooks/{webhook_id}/secrets', {
        path: { webhook_id: webhook.id },
        body: {
          overlap_seconds: Number(overlap),
          ...(secret === '' || secret === undefined ? {} : { secret_token: secret }),
          hub: hub === 'old' ? 'old' : 'new',
        },
      });
      onRotated();
    });
  }

  if (made.value !== undefined)
    return html`<${Shown} secret=${made.value.secret_token} onClose=${onClose} />`;
  return html`<${Dialog} title="Rotate the secret" onClose=${onClose}>
    <form onSubmit=${submit}>
      ${secretFields()} ${webhook.signatures.some((one) => one.startsWith('hub')) && hubField()}
      <${DialogFooter} verb="Rotate" task=${task} onClose=${onClose} />
    </form>
  <//>`;
}

function secretFields(): View {
  return html`<div>
    <label for="rotate-secret">The new secret</label>
    <input
      id="rotate-secret"
      name="secret"
      type="password"
      autocomplete="off"
      maxlength="4096"
      aria-describedby="rotate-secret-help"
    />
    <small id="rotate-secret-help">Leave it empty, and a good one is made.</small>
    <label>
      How long the present one stays valid beside it
      <select name="overlap">
        ${OVERLAPS.map(
          ([seconds, words]) =>
            html`<option value=${seconds} selected=${seconds === 86_400}>${words}</option>`,
        )}
      </select>
    </label>
  </div>`;
}

/** That header has room for one signature. */
function hubField(): View {
  return html`<label>
    Which secret makes X-Hub-Signature meanwhile
    <select name="hub">
      <option value="new">the new one</option>
      <option value="old">the one that makes it now</option>
    </select>
  </label>`;
}

function Shown({ secret, onClose }: { secret: string; onClose: () => void }): View {
  return html`<${Dialog} title="The new secret" onClose=${onClose}>
    <p>
      Give it to the receiver now. You find it later in the form where the webhook is edited, and as
      <code>secret_token</code> in what the API answers about the webhook.
    </p>
    <p class="head">
      <code class="wrap">${secret}</code> <${CopyButton} text=${secret} what="the new secret" />
    </p>
    <footer><button type="button" onClick=${onClose}>I have it</button></footer>
  <//>`;
}
