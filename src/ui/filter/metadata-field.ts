import { useSignal } from '@preact/signals';
import { html, type View } from '../html.ts';

type Pairs = Record<string, string>;
type MetadataFieldProps = { pairs: Pairs; onChange: (pairs: Pairs) => void };

/** Pairs of metadata, each with a button that takes it out, and fields for one more. */
export function MetadataField({ pairs, onChange }: MetadataFieldProps): View {
  const name = useSignal('');
  const value = useSignal('');

  function add(event: Event): void {
    event.preventDefault();
    if (name.value.trim() === '') return;
    onChange({ ...pairs, [name.value.trim()]: value.value });
    name.value = '';
    value.value = '';
  }
  const remove = (gone: string) => () =>
    onChange(Object.fromEntries(Object.entries(pairs).filter(([one]) => one !== gone)));
  // Enter in a form sends it: here the pair is meant.
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && name.value.trim() !== '') add(event);
  };

  return html`<fieldset class="metadata">
    <legend>Metadata</legend>
    <${Chips} pairs=${pairs} remove=${remove} />
    <div class="pair" onKeyDown=${press}>
      <input
        aria-label="Name of the metadata"
        placeholder="Name"
        value=${name.value}
        onInput=${(event: InputEvent) => (name.value = (event.target as HTMLInputElement).value)}
      />
      <input
        aria-label="Value of the metadata"
        placeholder="Value"
        value=${value.value}
        onInput=${(event: InputEvent) => (value.value = (event.target as HTMLInputElement).value)}
      />
      <button type="button" class="small secondary outline" onClick=${add}>Add</button>
    </div>
  </fieldset>`;
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
