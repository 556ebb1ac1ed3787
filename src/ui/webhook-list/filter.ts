import { useRef } from 'preact/hooks';
import { html, type View } from '../html.ts';
import { fieldsIn } from '../parts/form-fields.ts';
import { goTo, type Route } from '../route.ts';

const STATES = ['healthy', 'failing', 'recovering', 'paused', 'inactive'] as const;

/** Which webhooks are listed. */
export type WebhookFilter = {
  name?: string;
  state?: (typeof STATES)[number];
};

/** It is in the address, so that it can be sent to somebody else. */
export function filterOf({ query }: Route): WebhookFilter {
  const name = query.get('name')?.trim() ?? '';
  const state = STATES.find((one) => one === query.get('state'));
  return { ...(name === '' ? {} : { name }), ...(state === undefined ? {} : { state }) };
}

/** So long nothing must be typed before the list follows. */
const REST_MS = 300;

/** The list follows what is typed and chosen. */
export function FilterBar({ query }: Route): View {
  const form = useRef<HTMLFormElement>(null);
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const apply = () => {
    if (form.current === null) return;
    goTo(['webhooks'], fieldsIn(form.current), { replace: true });
  };
  const applySoon = () => {
    clearTimeout(resting.current);
    resting.current = setTimeout(apply, REST_MS);
  };
  const state = query.get('state') ?? '';
  return html`<form
    class="filters"
    ref=${form}
    onSubmit=${(event: Event) => event.preventDefault()}
  >
    <label>
      Name
      <input
        name="name"
        type="search"
        maxlength="255"
        value=${query.get('name') ?? ''}
        autocomplete="off"
        onInput=${applySoon}
      />
    </label>
    <label>
      State
      <select name="state" onChange=${apply}>
        <option value="" selected=${state === ''}>any</option>
        ${STATES.map((one) => html`<option value=${one} selected=${one === state}>${one}</option>`)}
      </select>
    </label>
  </form>`;
}
