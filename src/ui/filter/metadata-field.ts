import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { html, type View } from '../html.ts';
import { useRefusal } from './refusal.ts';

type Pairs = Record<string, string>;
type MetadataFieldProps = { pairs: Pairs; onChange: (pairs: Pairs) => void };

/**
 * Pairs of metadata, each with a button that takes it out, and fields for one more. Half a pair
 * keeps the form from being sent; a whole one that was not added yet is sent with the others.
 */
export function MetadataField({ pairs, onChange }: MetadataFieldProps): View {
  const { name, value, add, isWhole } = useNewPair(pairs, onChange);
  const names = useRef<HTMLInputElement>(null);
  const values = useRef<HTMLInputElement>(null);
  const missing = missingOf(name.value, value.value);
  const nameRefusal = useRefusal(names, missing === 'name' ? WORDS.name : '');
  const valueRefusal = useRefusal(values, missing === 'value' ? WORDS.value : '');
  useBeforeSubmit(names, () => isWhole() && add());

  const remove = (gone: string) => () =>
    onChange(Object.fromEntries(Object.entries(pairs).filter(([one]) => one !== gone)));
  // Enter in a form sends it: here the pair is meant.
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !isWhole()) return;
    event.preventDefault();
    add();
  };

  return html`<fieldset class="metadata">
    <legend>Metadata</legend>
    <${Chips} pairs=${pairs} remove=${remove} />
    <div class="pair" onKeyDown=${press}>
      <input
        ref=${names}
        aria-label="Name of the metadata"
        placeholder="Name"
        value=${name.value}
        onInput=${(event: InputEvent) => (name.value = (event.target as HTMLInputElement).value)}
        ...${nameRefusal.field}
      />
      <input
        ref=${values}
        aria-label="Value of the metadata"
        placeholder="Value"
        value=${value.value}
        onInput=${(event: InputEvent) => (value.value = (event.target as HTMLInputElement).value)}
        ...${valueRefusal.field}
      />
      <button type="button" class="small secondary outline" onClick=${add}>Add</button>
    </div>
    ${nameRefusal.words} ${valueRefusal.words}
  </fieldset>`;
}

/** What is missing of a pair. An empty value may be added, but is seldom what is looked for. */
function missingOf(name: string, value: string): 'name' | 'value' | undefined {
  if (name.trim() === '') return value === '' ? undefined : 'name';
  return value === '' ? 'value' : undefined;
}

const WORDS = {
  name: 'A name is missing: a value is given together with its name.',
  value: 'A value is missing. If it is to be empty, press Add.',
};

/** The pair that is being typed. */
function useNewPair(pairs: Pairs, onChange: MetadataFieldProps['onChange']) {
  const name = useSignal('');
  const value = useSignal('');
  const isWhole = () => name.value.trim() !== '' && value.value !== '';
  function add(): void {
    if (name.value.trim() === '') return;
    onChange({ ...pairs, [name.value.trim()]: value.value });
    name.value = '';
    value.value = '';
  }
  return { name, value, add, isWhole };
}

/** Does something before the form of a field heeds that it is sent. */
function useBeforeSubmit(field: RefObject<HTMLInputElement | null>, work: () => void): void {
  useLayoutEffect(() => {
    const form = field.current?.form;
    form?.addEventListener('submit', work, { capture: true });
    return () => form?.removeEventListener('submit', work, { capture: true });
  });
}

type ChipsProps = { pairs: Pairs; remove: (name: string) => () => void };

function Chips({ pairs, remove }: ChipsProps): View {
  const all = Object.entries(pairs);
  if (all.length === 0) return null;
  return html`<ul class="chips">
    ${all.map(
      ([name, value]) =>
        html`<li key=${name} class="chip">
          ${name} = ${value}
          <button
            type="button"
            aria-label=${`Take out the metadata ${name} = ${value}`}
            onClick=${remove(name)}
          >
            ×
          </button>
        </li>`,
    )}
  </ul>`;
}
