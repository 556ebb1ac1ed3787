import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { attemptOutcome } from '../../client/explaining/attempt.ts';
import { span } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { curlOf } from '../message/curl.ts';
import { MessageView } from '../message/message-view.ts';
import { DeliveryState } from '../parts/delivery-state.ts';
import { Moment } from '../parts/moment.ts';
import type { Read } from './read.ts';

type TimelineProps = { read: Read; onOlder: () => void };

/** What happened to a delivery, the first first. */
export function Timeline({ read, onOlder }: TimelineProps): View {
  const { delivery, attempts, older } = read;
  return html`<section>
    <h2>What happened</h2>
    <ol class="timeline">
      <${Created} delivery=${delivery} />
      ${
        older !== null &&
        html`<li key="older" class="calm">
          <button type="button" class="small outline" onClick=${onOlder}>
            Show earlier attempts
          </button>
        </li>`
      }
      ${attempts
        .toReversed()
        .map(
          (attempt, i) =>
            html`<${AttemptStep}
              key=${attempt.id}
              attempt=${attempt}
              number=${delivery.delivery_attempts - attempts.length + i + 1}
              read=${read}
              before=${attempts[attempts.length - i]}
            />`,
        )}
      <${Removed} at=${delivery.payload_removed_at} />
      <li key="now" class=${`now ${TONES[delivery.status]}`}>
        <h3><${DeliveryState} delivery=${delivery} /></h3>
        <p class="muted">
          ${delivery.status === 'pending' ? 'Now' : html`Since <${Moment} at=${delivery.updated_at} />`}
        </p>
      </li>
    </ol>
  </section>`;
}

const TONES = { pending: 'calm', succeeded: 'well', failed: 'bad' };

function Created({ delivery }: { delivery: Schemas['Delivery'] }): View {
  const { created_at, send_at, test, event_id } = delivery;
  return html`<li key="created" class="calm">
    <h3>${test ? 'Created as a test' : event_id === null ? 'Created' : 'Created for its event'}</h3>
    <p class="muted"><${Moment} at=${created_at} /></p>
    ${send_at !== null && html`<p>To be sent at <${Moment} at=${send_at} />, not earlier.</p>`}
  </li>`;
}

function Removed({ at }: { at: string | null }): View {
  if (at === null) return null;
  return html`<li key="removed" class="calm">
    <h3>Its payload was removed</h3>
    <p class="muted"><${Moment} at=${at} /></p>
  </li>`;
}

type AttemptStepProps = {
  attempt: Schemas['DeliveryAttempt'];
  number: number;
  read: Read;
  before: Schemas['DeliveryAttempt'] | undefined;
};

/** One attempt. Of the latest one, request and answer are open if it failed. */
function AttemptStep({ attempt, number, read, before }: AttemptStepProps): View {
  const isLatest = read.attempts[0]?.id === attempt.id;
  const isOpen = useSignal(isLatest && !attempt.success);
  const { success, probe, created_at, execution_duration } = attempt;
  const passed = before === undefined ? undefined : span(distance(before, attempt));
  return html`<li class=${success ? 'well' : 'bad'}>
    <h3>
      <span aria-hidden="true">${success ? '✓' : '✕'}</span>
      ${` ${probe ? 'Probe' : 'Attempt'} ${number}: ${attemptOutcome(attempt)}`}
    </h3>
    <p class="muted">
      <${Moment} at=${created_at} /> · took ${execution_duration} ms
      ${passed !== undefined && ` · ${passed} after the one before`}
    </p>
    <details
      open=${isOpen.value}
      onToggle=${(event: Event) => (isOpen.value = (event.target as HTMLDetailsElement).open)}
    >
      <summary>Request and response of ${probe ? 'probe' : 'attempt'} ${number}</summary>
      ${isOpen.value && html`<${Messages} attempt=${attempt} read=${read} />`}
    </details>
  </li>`;
}

const distance = (before: { created_at: string }, after: { created_at: string }) =>
  Date.parse(after.created_at) - Date.parse(before.created_at);

type MessagesProps = { attempt: Schemas['DeliveryAttempt']; read: Read };

function Messages({ attempt, read: { webhook } }: MessagesProps): View {
  const { raw_request, raw_response, error } = attempt;
  return html`<div class="messages">
    <${MessageView}
      title="Request"
      raw=${raw_request}
      nothing="Nothing is recorded of the request."
      curl=${curlOf(raw_request, webhook?.url ?? '')}
    />
    <${MessageView}
      title="Response"
      raw=${raw_response}
      nothing=${error === '' ? 'Nothing is recorded of the response.' : `No response: ${error}.`}
    />
  </div>`;
}
