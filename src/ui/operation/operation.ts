import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { count, span } from '../../client/explaining/time-words.ts';
import { useNow } from '../clock.ts';
import { Fact } from '../delivery/facts.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { Confirm } from '../parts/confirm.ts';
import { Loaded } from '../parts/loaded.ts';
import { Moment } from '../parts/moment.ts';
import { State } from '../parts/state.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';
import { Progress } from './progress.ts';
import { flattened, isOver, KINDS, TONES } from './words.ts';

type Operation = Schemas['Operation'];

/** An operation while it runs, and what came of it. */
export function OperationPage({ id }: { id: string }): View {
  const path = { operation_id: id };
  const live = useLive(id, (signal) =>
    api.peek().get('/operations/{operation_id}', { path, signal }),
  );
  const show = (operation: Operation) =>
    html`<div>
      <div class="head">
        <h1>${KINDS[operation.kind]}</h1>
        <div class="actions">
          ${
            !isOver(operation) &&
            html`<${Cancel} operation=${operation} reload=${() => live.reload()} />`
          }
        </div>
      </div>
      <article class="operation">
        <${State} tone=${TONES[operation.state]} words=${operation.state} />
        <${Progress} operation=${operation} />
        <${TimeLeft} operation=${operation} />
        ${operation.error !== null && html`<p class="fault">It failed: ${operation.error}</p>`}
      </article>
      <${Facts} operation=${operation} />
    </div>`;
  return html`<section>
    <p class="way"><a href=${hrefTo(['operations'])}>Operations</a></p>
    <${Loaded} of=${live} show=${show} />
  </section>`;
}

/** How long it still takes, by how fast it has been. */
function TimeLeft({ operation }: { operation: Operation }): View {
  const now = useNow();
  const { state, matched, done, skipped, started_at } = operation;
  const soFar = done + skipped;
  if (state !== 'running' || matched === null || started_at === null || soFar === 0) return null;
  const tookMs = now.getTime() - Date.parse(started_at);
  const leftMs = (tookMs / soFar) * (matched - soFar);
  return html`<p class="muted">About ${span(Math.max(1000, leftMs))} left.</p>`;
}

function Facts({ operation }: { operation: Operation }): View {
  const { id, created_at, started_at, finished_at, rate_per_second, skipped, filter } = operation;
  return html`<dl class="facts">
    <${Fact} name="Id">${id}<//>
    <${Fact} name="Asked for"><${Moment} at=${created_at} /><//>
    ${started_at !== null && html`<${Fact} name="Begun"><${Moment} at=${started_at} /><//>`}
    ${finished_at !== null && html`<${Fact} name="Ended"><${Moment} at=${finished_at} /><//>`}
    ${
      rate_per_second !== null &&
      html`<${Fact} name="Rate">at most ${count(rate_per_second)} a second<//>`
    }
    ${
      skipped > 0 &&
      html`<${Fact} name="Skipped">
        ${`${count(skipped)}: deleted or changed before their turn, or not to be changed`}
      <//>`
    }
    <${Fact} name="Of what">
      <ul class="chips">
        ${flattened(filter).map(
          ([name, value]) => html`<li key=${name} class="chip">${`${name} = ${value}`}</li>`,
        )}
      </ul>
      <${Matching} operation=${operation} />
    <//>
  </dl>`;
}

/** The way to the deliveries that it is about, where a list can show them. */
function Matching({ operation: { kind, filter } }: { operation: Operation }): View {
  if (kind === 'fan_out') {
    const { event_id } = filter as { event_id?: string };
    return event_id === undefined
      ? null
      : html`<a href=${hrefTo(['events', event_id])}>The event</a>`;
  }
  if ('ids' in filter) return null;
  const query = Object.fromEntries(flattened(filter));
  return html`<a href=${hrefTo(['deliveries'], query)}>Deliveries that match now</a>`;
}

type CancelProps = { operation: Operation; reload: () => Promise<void> };

function Cancel({ operation, reload }: CancelProps): View {
  const isAsked = useSignal(false);
  const cancel = async () => {
    const path = { operation_id: operation.id };
    await api.peek().post('/operations/{operation_id}/cancel', { path });
    await reload();
    return 'The operation is cancelled.';
  };
  return html`<div>
    <button type="button" class="danger" onClick=${() => (isAsked.value = true)}>Cancel</button>
    ${
      isAsked.value &&
      html`<${Confirm}
        title="Cancel this operation?"
        verb="Cancel it"
        danger
        work=${cancel}
        onClose=${() => (isAsked.value = false)}
      >
        <p>It changes nothing more. What it has done stays, and it cannot go on later.</p>
      <//>`
    }
  </div>`;
}
