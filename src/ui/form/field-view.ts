import { span } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { inline, leadOf, Prose } from '../parts/prose.ts';
import { Control } from './control.ts';
import { fittingFields } from './groups.ts';
import type { Field } from './schema.ts';

/** What the API said of a field, by the path of that: `rate_limit.count`. */
export type FormFault = { path: string; text: string };

export type FieldParts = {
  field: Field;
  path: string;
  value: unknown;
  onValue: (value: unknown) => void;
  fault: FormFault | undefined;
};

/** The id of the control of a field. */
export const idOf = (path: string): string => `field-${path}`;

/** A field with its name, what it is for, and what is wrong with it. */
export function FieldView(parts: FieldParts): View {
  const { field, path, value, onValue, fault } = parts;
  if (field.kind === 'group') return html`<${GroupView} ...${parts} />`;
  const id = idOf(path);
  const text = fault?.path === path ? fault.text : undefined;
  const control = html`<${Control}
    field=${field}
    id=${id}
    value=${value}
    onValue=${onValue}
    described=${text === undefined ? `${id}-help` : `${id}-fault ${id}-help`}
    isFaulty=${text !== undefined}
  />`;
  return html`<div class=${`field of-${field.kind}`}>
    ${
      field.kind === 'flag'
        ? html`<label for=${id}>${control} ${labelOf(field)}</label>`
        : html`<div>${nameView(field, id)} ${control}</div>`
    }
    ${text !== undefined && html`<small id=${`${id}-fault`} class="fault">${text}</small>`}
    <${Help} id=${`${id}-help`} field=${field} value=${value} />
  </div>`;
}

/** What is no single control has a name all the same. */
function nameView(field: Field, id: string): View {
  if (field.kind === 'choices' || field.kind === 'pairs')
    return html`<div id=${`${id}-label`}>${labelOf(field)}</div>`;
  return html`<label for=${id} id=${`${id}-label`}>
    ${labelOf(field)}${field.isRequired && html`<span aria-hidden="true"> *</span>`}
  </label>`;
}

/** Fields that belong together, and may be left out together. */
function GroupView({ field, path, value, onValue, fault }: FieldParts): View {
  const id = idOf(path);
  const members = typeof value === 'object' && value !== null ? { ...value } : undefined;
  const text = fault?.path === path ? fault.text : undefined;
  const set = (name: string, member: unknown) => {
    // Members of one type of `auth` are not those of another.
    if (field.name === 'auth' && name === 'type') return onValue({ type: member });
    const { [name]: _before, ...others } = (members ?? {}) as Record<string, unknown>;
    onValue(member === undefined ? others : { ...others, [name]: member });
  };
  return html`<fieldset class="group">
    <legend>${labelOf(field)}</legend>
    <label>
      <input
        id=${id}
        type="checkbox"
        checked=${members !== undefined}
        aria-describedby=${text === undefined ? `${id}-help` : `${id}-fault ${id}-help`}
        onChange=${() => onValue(members === undefined ? {} : undefined)}
      />
      Set it
    </label>
    ${text !== undefined && html`<small id=${`${id}-fault`} class="fault">${text}</small>`}
    <${Help} id=${`${id}-help`} field=${field} value=${undefined} />
    ${
      members !== undefined &&
      fittingFields(field, members).map(
        (one) =>
          html`<${FieldView}
            key=${one.name}
            field=${one}
            path=${`${path}.${one.name}`}
            value=${(members as Record<string, unknown>)[one.name]}
            onValue=${(member: unknown) => set(one.name, member)}
            fault=${fault}
          />`,
      )
    }
  </fieldset>`;
}

type HelpParts = { id: string; field: Field; value: unknown };

/** The description of the API: its beginning, and the rest for who wants to know more. */
function Help({ id, field, value }: HelpParts): View {
  const [lead, rest] = leadOf(forForms(field.description));
  return html`<div class="help">
    <small id=${id}>${inline(lead)} ${timeWords(field, value)}</small>
    ${
      rest !== '' &&
      html`<details>
        <summary>More about ${labelOf(field)}</summary>
        <${Prose} text=${rest} />
      </details>`
    }
  </div>`;
}

/** What the description says of methods is for programs: a form sends what was changed. */
const forForms = (text: string): string =>
  text
    .split(/(\n\s*\n)/)
    .map((block) => (/^[-|]/.test(block) ? block : withoutMethods(block)))
    .join('');

const withoutMethods = (paragraph: string): string =>
  paragraph
    .split(/(?<=[.!?])(?=\s+[A-Z])/)
    .filter((sentence) => !/\b(PUT|PATCH)\b/.test(sentence))
    .join('');

const MINUTE = 60;

/** Many seconds are hard to read. */
function timeWords({ kind, description }: Field, value: unknown): View {
  if (kind !== 'number' || typeof value !== 'number' || value < MINUTE) return null;
  if (!/second/.test(description)) return null;
  return html`<strong>${`${value} seconds are ${span(value * 1000)}.`}</strong>`;
}

/** `max_delivery_attempts` → `Max delivery attempts`. */
function labelOf({ name }: Field): string {
  const words = name
    .replaceAll('_', ' ')
    .replaceAll(/\b(url|ca|id)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}
