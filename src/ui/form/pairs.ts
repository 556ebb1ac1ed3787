import { useSignal } from '@preact/signals';
import { html, type View } from '../html.ts';

type PairsParts = {
  field: { name: string };
  id: string;
  value: unknown;
  onValue: (value: unknown) => void;
  described: string;
};

type Pair = { key: number; name: string; value: string };

/** Names with values, such as headers: a line each. */
export function Pairs({ field, id, value, onValue, described }: PairsParts): View {
  const pairs = useSignal<Pair[]>(pairsOf(value));

  function set(next: Pair[]): void {
    pairs.value = next;
    const named = next.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]);
    onValue(named.length === 0 ? undefined : Object.fromEntries(named));
  }

  const line = (pair: Pair, which: string) => {
    const others = (change: Pair[]) =>
      pairs.value.flatMap((one) => (one.key === pair.key ? change : [one]));
    return html`<${Line}
      key=${pair.key}
      pair=${pair}
      which=${which}
      change=${(part: Partial<Pair>) => set(others([{ ...pair, ...part }]))}
      remove=${() => set(others([]))}
    />`;
  };
  const add = () => {
    const key = Math.max(0, ...pairs.value.map((pair) => pair.key)) + 1;
    pairs.value = [...pairs.value, { key, name: '', value: '' }];
  };

  return html`<fieldset
    id=${id}
    tabindex="-1"
    aria-labelledby=${`${id}-label`}
    aria-describedby=${described}
  >
    ${pairs.value.map((pair, i) => line(pair, `${field.name}, line ${i + 1}`))}
    <button type="button" class="small outline" aria-label=${`Add to ${field.name}`} onClick=${add}>
      Add
    </button>
  </fieldset>`;
}

type LineParts = {
  pair: Pair;
  which: string;
  change: (part: Partial<Pair>) => void;
  remove: () => void;
};

function Line({ pair: { name, value }, which, change, remove }: LineParts): View {
  const textOf = (event: Event) => (event.target as HTMLInputElement).value;
  return html`<div class="name-value">
    <input
      aria-label=${`Name (${which})`}
      value=${name}
      autocomplete="off"
      onInput=${(event: Event) => change({ name: textOf(event) })}
    />
    <input
      aria-label=${`Value (${which})`}
      value=${value}
      autocomplete="off"
      onInput=${(event: Event) => change({ value: textOf(event) })}
    />
    <button
      type="button"
      class="small outline secondary"
      aria-label=${`Remove ${name} (${which})`}
      onClick=${remove}
    >
      Remove
    </button>
  </div>`;
}

function pairsOf(value: unknown): Pair[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, text], key) => ({ key, name, value: String(text) }));
}
