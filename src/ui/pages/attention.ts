import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { Loaded } from '../parts/loaded.ts';
import { api } from '../session.ts';

export function Attention(): View {
  const live = useLive('attention', (signal) => api.value.get('/stats', { signal }));
  return html`<section>
    <h1>What needs attention</h1>
    <${Loaded} of=${live} show=${() => html`<p>All is well.</p>`} />
  </section>`;
}
