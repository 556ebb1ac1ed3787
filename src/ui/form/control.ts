import { html, type View } from '../html.ts';
import { Pairs } from './pairs.ts';
import { SecretInput } from './secret-input.ts';
import { choicesOf, type Field } from './schema.ts';
import { readJson, readNumbers, readWords, writeValue, type Read } from './texts.ts';

export type ControlParts = {
  field: Field;
  /** The id of the control, for its label. */
  id: string;
  /** Undefined: it is left out. */
  value: unknown;
  onValue: (value: unknown) => void;
  /** The ids of what describes it. */
  described: string;
  isFaulty: boolean;
};

/** What a value is typed into. A group is no control. */
export function Control(parts: ControlParts): View {
  const { field, value, onValue } = parts;
  switch (field.kind) {
    case 'flag':
      return html`<input
        ...${common(parts)}
        type="checkbox"
        role="switch"
        checked=${value === true}
        onChange=${(event: Event) => onValue((event.target as HTMLInputElement).checked)}
      />`;
    case 'number':
      return numberInput(parts);
    case 'choice':
      return choice(parts);
    case 'choices':
      return choices(parts);
    case 'pairs':
      return html`<${Pairs} ...${parts} />`;
    case 'numbers':
      return parsed(parts, (text) => readNumbers(text, field));
    case 'words':
      return parsed(parts, readWords);
    case 'json':
      return parsed(parts, readJson);
    case 'text':
    case 'group':
      return textInput(parts);
  }
}

const common = ({ field, id, described, isFaulty }: ControlParts) => ({
  id,
  name: id,
  'aria-describedby': described,
  'aria-invalid': isFaulty ? 'true' : undefined,
  // A switch that must be there is not one that must be on.
  required: field.isRequired && field.kind !== 'flag',
});

const textOf = (event: Event) => (event.target as HTMLInputElement).value;

function numberInput(parts: ControlParts): View {
  const { schema } = parts.field;
  const read = (text: string) => (text === '' ? undefined : Number(text));
  return html`<input
    ...${common(parts)}
    type="number"
    min=${schema.minimum}
    max=${schema.maximum}
    step=${schema.format === 'double' ? 'any' : 1}
    value=${parts.value ?? ''}
    onInput=${(event: Event) => parts.onValue(read(textOf(event)))}
  />`;
}

function choice(parts: ControlParts): View {
  const { field, value, onValue } = parts;
  return html`<select
    ...${common(parts)}
    onChange=${(event: Event) => onValue(textOf(event) || undefined)}
  >
    ${(!field.isRequired || value === undefined) && html`<option value="">by default</option>`}
    ${choicesOf(field.schema).map(
      (one) => html`<option value=${one} selected=${one === value}>${one}</option>`,
    )}
  </select>`;
}

function choices(parts: ControlParts): View {
  const { field, value, onValue } = parts;
  const chosen = Array.isArray(value) ? value : [];
  const all = choicesOf(field.schema.items ?? {});
  const toggle = (one: string) => () => {
    const next = all.filter((other) => (other === one) !== chosen.includes(other));
    onValue(next.length === 0 ? undefined : next);
  };
  return html`<fieldset
    id=${parts.id}
    class="choices"
    tabindex="-1"
    aria-labelledby=${`${parts.id}-label`}
    aria-describedby=${parts.described}
  >
    ${all.map(
      (one) =>
        html`<label key=${one}>
          <input type="checkbox" checked=${chosen.includes(one)} onChange=${toggle(one)} /> ${one}
        </label>`,
    )}
  </fieldset>`;
}

/** So long a text, such as a certificate, has lines. */
const LINES_FROM = 10_000;

function textInput(parts: ControlParts): View {
  const { field, value, onValue } = parts;
  const { minLength, maxLength = 0, format, pattern } = field.schema;
  const given = {
    ...common(parts),
    ...{ minlength: minLength, maxlength: maxLength || undefined, autocomplete: 'off' },
    ...{ spellcheck: false, value: typeof value === 'string' ? value : '' },
    onInput: (event: Event) => onValue(textOf(event) || undefined),
  };
  if (maxLength >= LINES_FROM) return html`<textarea ...${given} rows="4"></textarea>`;
  if (field.name === 'secret_token') return html`<${SecretInput} given=${given} />`;
  return html`<input ...${given} type=${format === 'uri' ? 'url' : 'text'} pattern=${pattern} />`;
}

/** A text that stands for another value. What it cannot be read as, HTML calls invalid. */
function parsed(parts: ControlParts, read: (text: string) => Read): View {
  const { field, value, onValue } = parts;
  const onInput = (event: Event) => {
    const control = event.target as HTMLInputElement;
    const { fault = '', value } = read(control.value);
    control.setCustomValidity(fault);
    if (fault === '') onValue(value);
  };
  const given = { ...common(parts), onInput, autocomplete: 'off', spellcheck: false };
  const text = writeValue(field, value);
  // The text is the reader's while they type: it is not written again from what it was read as.
  return field.kind === 'json'
    ? html`<textarea ...${given} rows="6" defaultValue=${text}></textarea>`
    : html`<input ...${given} type="text" defaultValue=${text} />`;
}
