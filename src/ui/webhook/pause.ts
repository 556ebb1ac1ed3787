import { useSignal, type Signal } from '@preact/signals';
import { html, type View } from '../html.ts';
import { notice } from '../notices.ts';
import { Dialog } from '../parts/dialog.ts';
import { DialogFooter } from '../parts/dialog-footer.ts';
import { fieldsOf } from '../parts/form-fields.ts';
import { localTime } from '../parts/moment.ts';
import { useTask } from '../parts/task.ts';
import { api } from '../session.ts';
import type { ActionParts } from './action-parts.ts';

type PauseParts = ActionParts & { onClose: () => void };

/** Pauses a webhook until a time, or until it is resumed. */
export function Pause({ webhook, changed, onClose }: PauseParts): View {
  const task = useTask();
  const untilTime = useSignal(false);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { until = '' } = fieldsOf(event);
    const body = until === '' ? {} : { until: new Date(until).toISOString() };
    const isDone = await task.run(async () => {
      const path = { webhook_id: webhook.id };
      const { health } = await api.value.post('/webhooks/{webhook_id}/pause', { path, body });
      notice.value = { kind: 'done', text: pausedWords(webhook.name, health.paused_until) };
      changed();
    });
    if (isDone) onClose();
  }

  return html`<${Dialog} title=${`Pause ${webhook.name}`} onClose=${onClose}>
    <form onSubmit=${submit}>
      <p>Its deliveries are held, in their order, and no attempt is lost. What has begun ends.</p>
      ${howField(untilTime)} ${untilTime.value && untilField()}
      <${DialogFooter} verb="Pause" task=${task} onClose=${onClose} />
    </form>
  <//>`;
}

const pausedWords = (name: string, until: string | null) =>
  until === null
    ? `${name} is paused until somebody resumes it.`
    : `${name} is paused until ${localTime(until)}.`;

function howField(untilTime: Signal<boolean>): View {
  const choice = (value: boolean, words: string) =>
    html`<label>
      <input
        type="radio"
        name="how"
        checked=${untilTime.value === value}
        onChange=${() => (untilTime.value = value)}
      />
      ${words}
    </label>`;
  return html`<fieldset>
    <legend>For how long</legend>
    ${choice(false, 'until somebody resumes it')} ${choice(true, 'until a time')}
  </fieldset>`;
}

function untilField(): View {
  return html`<div>
    <label for="pause-until">Until</label>
    <input
      id="pause-until"
      name="until"
      type="datetime-local"
      required
      aria-describedby="pause-until-help"
    />
    <small id="pause-until-help">In your time zone, at most a year from now.</small>
  </div>`;
}
