import type { Schemas } from '../../client/api.ts';
import { count } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { Loaded } from '../parts/loaded.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';

/** Whoever has just begun an operation looks at nothing else: most are done in a moment. */
const EVERY_MS = 1000;

/** How far an operation is. */
export function Progress({ id }: { id: string }): View {
  const live = useLive(
    id,
    (signal) => api.value.get('/operations/{operation_id}', { path: { operation_id: id }, signal }),
    EVERY_MS,
  );
  const show = (operation: Schemas['Operation']) =>
    html`<div>
      <p role="status">${progressWords(operation)}</p>
      ${bar(operation)} ${operation.error !== null && html`<p class="fault">${operation.error}</p>`}
      <p><a href=${hrefTo(['operations', id])}>The operation</a> goes on when this is closed.</p>
    </div>`;
  return html`<${Loaded} of=${live} show=${show} />`;
}

function bar({ matched, done, skipped }: Schemas['Operation']): View {
  if (matched === null) return html`<progress aria-label="Progress"></progress>`;
  return html`<progress
    aria-label="Progress"
    max=${Math.max(matched, 1)}
    value=${matched === 0 ? 1 : done + skipped}
  ></progress>`;
}

function progressWords({ state, matched, done, skipped }: Schemas['Operation']): string {
  const rest = skipped === 0 ? '' : `, ${count(skipped)} left as they were`;
  const far = matched === null ? count(done) : `${count(done)} of ${count(matched)}`;
  switch (state) {
    case 'queued':
      return 'It waits for a worker to begin it.';
    case 'running':
      return `${far} are pending again${rest}.`;
    case 'done':
      return `Done: ${count(done)} are pending again${rest}.`;
    case 'cancelled':
      return `It was cancelled: ${far} are pending again${rest}.`;
    case 'failed':
      return `It has failed: ${far} are pending again${rest}.`;
  }
}
