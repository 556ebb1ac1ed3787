import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { html, type View } from '../html.ts';
import { api } from '../session.ts';
import { noteNames, webhookName } from '../webhook-names.ts';
import { useRefusal } from './refusal.ts';

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
  const field = useRef<HTMLInputElement>(null);
  const { typed, options, active, isOpen, handlers, close } = useChoice(value, onChange);
  const refusal = useRefusal(field, whyNone(typed, options));
  return html`<div>
    <label class="combobox">
      Webhook
      <input
        ref=${field}
        type="text"
        role="combobox"
        aria-expanded=${isOpen}
        aria-controls=${list}
        aria-autocomplete="list"
        aria-activedescendant=${isOpen ? `${list}-${active}` : undefined}
        autocomplete="off"
        placeholder=${required ? 'A part of its name' : 'All'}
        required=${required}
        value=${typed ?? shownName(value)}
        ...${handlers}
        ...${refusal.field}
      />
      <${Options} ...${{ id: list, options: options ?? [], active, isOpen }} onChoose=${close} />
    </label>
    ${refusal.words}
  </div>`;
}

/** Why what is typed stands for no webhook. `options` are undefined until they are known. */
function whyNone(typed: string | undefined, options: Option[] | undefined): string {
  if (typed === undefined) return '';
  if (options === undefined) return 'Webhooks of this name are being looked for.';
  if (options.length === 0) return `No webhook is called "${typed.trim()}".`;
  return `Choose the webhook that you mean: the list has what is like "${typed.trim()}".`;
}

/** What is typed, until it has become a choice, and what there is to choose from. */
function useChoice(value: string | undefined, onChange: WebhookFieldProps['onChange']) {
  const typed = useSignal<string | undefined>(undefined);
  const options = useSignal<Option[] | undefined>(undefined);
  const active = useSignal(0);
  const { isHere, ...focus } = useFocus();
  const search = useSearch((found) => {
    options.value = found;
    active.value = 0;
  });
  const forget = () => (typed.value = options.value = undefined);
  useEffect(() => void forget(), [value]);
  const count = options.value?.length ?? 0;
  const isOpen = typed.value !== undefined && count > 0 && isHere.value;

  function onInput(event: InputEvent): void {
    typed.value = (event.target as HTMLInputElement).value;
    options.value = undefined;
    if (typed.value.trim() === '') return close(undefined);
    search(typed.value.trim());
  }
  function close(id: string | undefined): void {
    forget();
    onChange(id);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (!isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) active.value = (active.value + step + count) % count;
    else if (event.key === 'Enter') close(options.value?.[active.value]?.id);
    else if (event.key === 'Escape') forget();
    else return;
    event.preventDefault();
  }
  const handlers = { onInput, onKeyDown, ...focus };
  const shown = { typed: typed.value, options: options.value, active: active.value };
  return { ...shown, isOpen, handlers, close };
}

/** Whether the field has the focus. What is typed stays without it, but the list goes. */
function useFocus() {
  const isHere = useSignal(false);
  const onFocus = () => (isHere.value = true);
  const onBlur = () => (isHere.value = false);
  return { isHere, onFocus, onBlur };
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
