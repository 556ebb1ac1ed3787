import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { html, type View } from '../html.ts';
import { api } from '../session.ts';
import { noteNames, webhookName } from '../webhook-names.ts';

type WebhookFieldProps = {
  /** The id of the webhook that is chosen. */
  value: string | undefined;
  onChange: (id: string | undefined) => void;
  required?: boolean;
};

type Option = { id: string; name: string };

/** A moment for the next letter, in milliseconds. */
const PAUSE_MS = 150;
const MOST_OPTIONS = 8;
const UUID = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i;

/** Takes a webhook by a part of its name, or by its id. It is a combobox, as ARIA describes it. */
export function WebhookField({ value, onChange, required = false }: WebhookFieldProps): View {
  const list = useId();
  const { typed, options, active, isOpen, type, press, close } = useChoice(onChange);
  const activeId = isOpen ? `${list}-${active}` : undefined;
  return html`<label class="combobox">
    Webhook
    <input
      type="text"
      role="combobox"
      aria-expanded=${isOpen}
      aria-controls=${list}
      aria-autocomplete="list"
      aria-activedescendant=${activeId}
      autocomplete="off"
      placeholder=${required ? 'A part of its name' : 'All'}
      required=${required}
      value=${typed.value ?? shownName(value)}
      onInput=${type}
      onKeyDown=${press}
      onBlur=${() => (typed.value = undefined)}
    />
    <${Options} ...${{ id: list, options, active, isOpen }} onChoose=${close} />
  </label>`;
}

/** What is typed, and what there is to choose from. */
function useChoice(onChange: WebhookFieldProps['onChange']) {
  const typed = useSignal<string | undefined>(undefined);
  const options = useSignal<Option[]>([]);
  const active = useSignal(0);
  const search = useSearch((found) => {
    options.value = found;
    active.value = 0;
  });
  const isOpen = typed.value !== undefined && options.value.length > 0;

  function type(event: InputEvent): void {
    typed.value = (event.target as HTMLInputElement).value;
    if (typed.value.trim() === '') return close(undefined);
    search(typed.value.trim());
  }
  function close(id: string | undefined): void {
    typed.value = undefined;
    options.value = [];
    onChange(id);
  }
  function press(event: KeyboardEvent): void {
    if (!isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = options.value.length;
    if (step !== undefined) active.value = (active.value + step + count) % count;
    else if (event.key === 'Enter') close(options.value[active.value]?.id);
    else if (event.key === 'Escape') typed.value = undefined;
    else return;
    event.preventDefault();
  }
  return { typed, options: options.value, active: active.value, isOpen, type, press, close };
}

type OptionsProps = {
  id: string;
  options: Option[];
  active: number;
  isOpen: boolean;
  onChoose: (id: string) => void;
};

function Options({ id, options, active, isOpen, onChoose }: OptionsProps): View {
  // The field keeps the focus, so that its blur does not come before the click.
  const choose = (option: Option) => (event: Event) => {
    event.preventDefault();
    onChoose(option.id);
  };
  return html`<ul id=${id} role="listbox" aria-label="Webhooks" hidden=${!isOpen}>
    ${
      isOpen &&
      options.map(
        (option, i) =>
          html`<li
            key=${option.id}
            id=${`${id}-${i}`}
            role="option"
            aria-selected=${i === active}
            onMouseDown=${choose(option)}
          >
            ${option.name}
          </li>`,
      )
    }
  </ul>`;
}

const shownName = (id: string | undefined): string =>
  id === undefined ? '' : (webhookName(id) ?? id);

/** Asks for webhooks once nothing was typed for a moment; only the latest answer is told. */
function useSearch(tell: (found: Option[]) => void): (text: string) => void {
  const running = useRef<AbortController | undefined>(undefined);
  return (text) => {
    running.current?.abort();
    const { signal } = (running.current = new AbortController());
    setTimeout(async () => {
      if (signal.aborted) return;
      try {
        const found = await webhooksNamed(text, signal);
        if (!signal.aborted) tell(found);
      } catch {
        // The next letter asks again, and the list says why it cannot be read.
      }
    }, PAUSE_MS);
  };
}

async function webhooksNamed(text: string, signal: AbortSignal): Promise<Option[]> {
  if (UUID.test(text)) return [{ id: text.toLowerCase(), name: webhookName(text) ?? text }];
  const query = { name: text, limit: MOST_OPTIONS };
  const { webhooks } = await api.peek().get('/webhooks', { query, signal });
  noteNames(webhooks);
  return webhooks;
}
